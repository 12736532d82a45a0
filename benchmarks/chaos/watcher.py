"""A watcher of finished trials, and of machines that do nothing, every few seconds."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from benchmarks.chaos.record import Ended
from benchmarks.chaos.supervisor import Supervisor

LOOK = 2.0
"""Seconds between two looks."""
FINISHED = ("COMPLETE", "PRUNED", "FAIL")
TRIALS = "SELECT trial_id, number, state FROM trials"
VALUES = "SELECT trial_id, value FROM trial_values ORDER BY objective"
REPORTS = "SELECT trial_id, step, intermediate_value FROM trial_intermediate_values"
RESULTS = "SELECT value_json FROM study_user_attributes WHERE key = 'results'"


class Watcher(threading.Thread):
    """Reads the database by itself, not through the project.

    Attributes:
        ended: finished trials as they were when they were first seen so, by number.
        unfinished: states of the others at the last look.
        changes: what changed of finished trials, or of the results.
        silences: see `Record`.
    """

    def __init__(
        self, url: str, trials: int, supervisors: Sequence[Supervisor], clock: Callable[[], float]
    ) -> None:
        super().__init__(name="watcher", daemon=True)
        self.ended: dict[int, Ended] = {}
        self.unfinished: list[str] = []
        self.changes: list[str] = []
        self.silences: dict[int, float] = {}
        self._engine = create_engine(url)
        self._trials, self._supervisors, self._clock = trials, supervisors, clock
        self._results: str | None = None
        self._heard: dict[int, tuple[object, float]] = {}
        self._over = threading.Event()

    @property
    def done(self) -> int:
        """Number of trials of the budget that are done."""
        return sum(trial.state in ("COMPLETE", "PRUNED") for trial in self.ended.values())

    def run(self) -> None:
        while not self._over.wait(LOOK):
            self.look()

    def stop(self) -> None:
        """Ends it, after a last look."""
        self._over.set()
        self.join()
        self.look()
        self._engine.dispose()

    def look(self) -> None:
        """Looks once; sees no trials where the database is away, or has no tables yet."""
        try:
            with self._engine.connect() as connection:
                self._look_at_trials(connection)
                self._look_at_results(connection)
        except SQLAlchemyError:
            self._engine.dispose()
        self._look_at_machines()

    def _look_at_trials(self, connection: Connection) -> None:
        rows = connection.execute(text(TRIALS)).all()
        values: dict[int, list[float]] = {}
        for trial, value in connection.execute(text(VALUES)):
            values.setdefault(trial, []).append(value)
        reports: dict[int, dict[int, float]] = {}
        for trial, step, value in connection.execute(text(REPORTS)):
            reports.setdefault(trial, {})[step] = value
        self.unfinished = [state for _, _, state in rows if state not in FINISHED]
        now = {
            number: Ended(state, tuple(values.get(trial, ())), reports.get(trial, {}))
            for trial, number, state in rows
            if state in FINISHED
        }
        self.notice(now)

    def notice(self, now: dict[int, Ended]) -> None:
        """Compares finished trials with what they were before."""
        for number, before in self.ended.items():
            if now.get(number) != before:
                self.changes.append(f"trial {number}: {before} became {now.get(number)}")
        self.ended = now

    def _look_at_results(self, connection: Connection) -> None:
        found = connection.execute(text(RESULTS)).scalar_one_or_none()
        if self._results not in (None, "null", found):
            self.changes.append("the stored results")
        self._results = found

    def _look_at_machines(self) -> None:
        now = self._clock()
        working = self.unfinished.count("RUNNING")
        for supervisor in self._supervisors:
            number = supervisor.machine.number
            logged = sum(path.stat().st_size for path in logs(supervisor.machine.folder))
            signs = (logged, len(supervisor.ends), supervisor.process is None)
            before, since = self._heard.get(number, (None, now))
            if (
                signs != before
                or not supervisor.machine.is_up
                or self.done + working >= self._trials
            ):
                since = now
            self._heard[number] = (signs, since)
            self.silences[number] = max(self.silences.get(number, 0.0), round(now - since, 1))


def logs(folder: Path) -> list[Path]:
    """The workers' log files in a machine's folder."""
    return sorted(folder.glob("*/logs/*.txt"))


def trained_epochs(texts: Sequence[str]) -> int:
    """Number of epochs of the search that workers' logs tell of, repeated ones included.

    Whoever goes on with a trial tells of its last epoch once more; retraining does not count.
    """
    told = again = 0
    for text_ in texts:
        searching = False
        for line in text_.splitlines():
            _, _, said = line.partition(" INFO ")
            if ": at most " in said:
                searching = said.startswith("trial ") and "," not in said.partition(":")[0]
            elif searching and said.startswith("epoch "):
                told += 1
            elif searching and " goes on after epoch " in said:
                again += 1
    return told - again
