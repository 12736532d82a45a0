"""Something done again and again beside the main thread, such as a sign of life."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread


class Repeated:
    """A thread that calls a function every `seconds` seconds, from `start` to `stop`.

    It does not keep the process alive.
    """

    def __init__(self, seconds: float, work: Callable[[], object], name: str) -> None:
        """
        Args:
            seconds: seconds between two calls, and before the first.
            work: the function; it handles its own failures.
            name: name of the thread.
        """
        self._seconds, self._work = seconds, work
        self._stop = Event()
        self._thread = Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begins to count the seconds to the first call."""
        self._thread.start()

    def stop(self, patience: float | None = None) -> None:
        """Lets no further call begin, and waits for the last to end.

        Args:
            patience: seconds to wait at most; None waits as long as it takes.
        """
        self._stop.set()
        self._thread.join(patience)

    def _run(self) -> None:
        while not self._stop.wait(self._seconds):
            self._work()
