"""Workers of one machine that die again and again, and the reason as far as it is known."""

from __future__ import annotations

import signal
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from hpo.runtime.memory_kills import about_memory, memory_kills

IN_A_ROW = 3
"""Deaths of one worker, with no epoch between them, after which it is not replaced."""


def in_words(status: int) -> str:
    """The cause of a process's death: its signal, or exit status.

    Example:
        >>> in_words(-signal.SIGKILL), in_words(-40), in_words(3)
        ('SIGKILL', 'signal 40', 'exit status 3')
    """
    if status >= 0:
        return f"exit status {status}"
    try:
        return signal.Signals(-status).name
    except ValueError:  # a real-time signal: all but the first and the last have no name
        return f"signal {-status}"


@dataclass
class Deaths:
    """Deaths of a machine's workers, each with no epoch between.

    A worker that goes on with a training tells its last epoch once more; that is none.
    """

    _in_a_row: Counter[int] = field(default_factory=Counter)
    _epochs: set[tuple[str, int]] = field(default_factory=set)
    _training: dict[int, str] = field(default_factory=dict)
    _killed: int | None = field(default_factory=memory_kills)

    def watch(self, worker: int, event: str, details: tuple[Any, ...]) -> None:
        """Takes notice of what a worker tells; see `hpo.workers.reporter.Reporter`."""
        if event in ("started", "trial_started"):
            self._training[worker] = str(details[0])
        elif event == "epoch_done":
            done = (self._training.get(worker, ""), details[0].epoch)
            if done not in self._epochs:
                self._in_a_row[worker] = 0
            self._epochs.add(done)

    def died(self, worker: int) -> bool:
        """Counts a death; returns whether the worker should be replaced."""
        self._in_a_row[worker] += 1
        return self._in_a_row[worker] < IN_A_ROW

    def about_memory(self) -> str:
        """Whether lack of memory is the reason, in words."""
        return about_memory(self._killed, "meanwhile")
