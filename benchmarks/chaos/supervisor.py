"""Whoever keeps a command going on a machine: starts it again however it ended, and notes how."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.chaos.machine import Machine
from benchmarks.chaos.processes import children, descendants, workers
from benchmarks.chaos.record import End

PAUSE = 3.0
"""Seconds between the end of a command and its next start."""


class Supervisor(threading.Thread):
    """Keeps `join` or `run` going until `run` has ended well; then it is `finished`.

    Attributes:
        machine: where.
        ends: how each start ended.
        finished: whether `run` has ended with status 0.
        runs: whether `run` is started from now on, not `join`.
    """

    def __init__(
        self,
        machine: Machine,
        run: Sequence[str],
        join: Sequence[str],
        runs: bool,
        witness: Path,
        clock: Callable[[], float],
    ) -> None:
        """
        Args:
            run: words of the command line that run the study.
            join: words that join it.
            witness: file to note in that the test alphabets were opened.
            clock: seconds since the beginning of the run.
        """
        super().__init__(name=f"machine {machine.number}", daemon=True)
        self.machine = machine
        self.ends: list[End] = []
        self.finished = False
        self.runs = runs
        self._words = {True: run, False: join}
        self._witness, self._clock = witness, clock
        self._process: subprocess.Popen[bytes] | None = None
        self._cause = ""
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.is_set():
            if not self.machine.is_up:
                self.machine.boot()
            words = self._words[self.runs]
            began, said = self._clock(), self.machine.folder / f"said-{len(self.ends)}.txt"
            module = [sys.executable, "-m", "benchmarks.chaos.witness", str(self._witness)]
            self._process = self.machine.start([*module, *words], said)
            status = self._process.wait()
            lines = said.read_text(errors="replace").splitlines()
            cause, self._cause = self._cause, ""
            self.ends.append(
                End(
                    self.machine.number,
                    words[0],
                    status,
                    lines[-1] if lines else "",
                    round(began, 1),
                    round(self._clock(), 1),
                    cause,
                )
            )
            if status == 0 and words[0] == "run":
                self.finished = True
                return
            self.runs = self.runs or status == 0  # whoever has joined wants to see the results
            self._over.wait(PAUSE)

    @property
    def process(self) -> subprocess.Popen[bytes] | None:
        """What waits for the command, which is its child; None where none runs."""
        process = self._process
        return process if process is not None and process.poll() is None else None

    @property
    def command(self) -> list[int]:
        """Processes of the command, itself first; none where none runs."""
        if self.process is None:
            return []
        return [one for main in children(self.process.pid) for one in (main, *descendants(main))]

    @property
    def workers(self) -> list[int]:
        """Its worker processes."""
        return workers(self.process.pid) if self.process else []

    def expect(self, cause: str) -> None:
        """The command's next end is a fault's own doing: it is "killed" or "interrupted"."""
        self._cause = cause

    def retire(self) -> None:
        """Starts nothing any more."""
        self._over.set()
