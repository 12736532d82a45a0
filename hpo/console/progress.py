"""What one sees while a study runs: live bars on a terminal, lines of text else."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Self

from optuna.trial import FrozenTrial
from rich.progress import Progress as Bars

from hpo.console.bars import add_worker, bars, console_of_bars
from hpo.console.countdown import Countdown, Trainings
from hpo.console.starting import started
from hpo.console.tensorboard import TensorBoardLog
from hpo.console.unfailing import unfailing
from hpo.runtime.literal_text import visible
from hpo.runtime.repeated import Repeated
from hpo.runtime.wording import expected_end, rough
from hpo.trials.forecast import Forecast, Standing
from hpo.trials.outcome import in_words

if TYPE_CHECKING:
    from model.training.epoch_report import EpochReport

EVERY = 25.0
"""Seconds after which a line says where everything is; not on a terminal."""
SHOWN = 4
"""Of how many trainings under way such a line tells."""


class Progress:
    """Shows on stderr how far a number of trainings has come.

    A context manager. On a terminal a bar for the whole and one for each training under way, with
    the time left; finished trainings scroll by above them. Elsewhere a line for each finished
    training, and every 25 seconds one that says where everything is.
    `part` says in which of the trainings under way something happened. Whatever goes wrong in
    showing it, they go on.
    """

    def __init__(
        self,
        title: str,
        total: int,
        done: int = 0,
        parts: int = 1,
        trainings: Trainings | None = None,
        tell: Callable[[Forecast], None] = lambda _: None,
        workers: bool = False,
        tensorboard: Path | None = None,
        search_alone: bool = False,
    ) -> None:
        """
        Args:
            title: what the trainings are for.
            total: how many there are to be.
            done: how many of them were done before.
            parts: how many are under way at the same time.
            trainings: tells how long they still take; None if that is heard by `stands`.
            tell: called with the forecasts that `trainings` gives.
            workers: whether each part is a worker process, which is shown while it starts.
            tensorboard: folder for TensorBoard's logs of the trainings; None for no such logs.
            search_alone: whether nothing is retrained and tested after the search.
        """
        self._title, self._total, self._done = visible(title), total, done
        self._trainings, self._tell, self._search_alone = trainings, tell, search_alone
        self._countdown, self._said, self._began = Countdown(), time.monotonic(), False
        self._console = console_of_bars()
        self._bars = bars(self._console)
        self._whole = self._bars.add_task(self._title, total=1.0, count=self._count, note="")
        self._parts = [
            _Part(self._bars, number if workers else None) for number in range(1, parts + 1)
        ]
        self._log = TensorBoardLog(tensorboard) if tensorboard is not None else None
        self._clock = Repeated(1.0, self._tick, "progress")

    @property
    def _count(self) -> str:
        return f"{self._done}/{self._total}"

    def __enter__(self) -> Self:
        self._begin()
        self._clock.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._clock.stop()
        self._close()

    @unfailing
    def _begin(self) -> None:
        started()
        self._bars.start()

    @unfailing
    def _close(self) -> None:
        self._bars.stop()
        if self._log is not None:
            self._log.close()

    @unfailing
    def started(self, what: str, epochs: int, part: int = 0) -> None:
        """Shows that a training begins.

        Args:
            what: name of the training.
            epochs: number of its epochs at most.
            part: which of those side by side it is.
        """
        if self._trainings is not None:
            self._trainings.started(part, epochs)
        self._parts[part].started(what, epochs)
        if self._log is not None:
            self._log.started(what, part)

    @unfailing
    def goes_on(self, report: EpochReport, part: int = 0) -> None:
        """Shows that the training that began goes on after this epoch, where it was interrupted."""
        self._parts[part].goes_on(report)
        if self._trainings is not None:
            self._trainings.goes_on(part, report)

    @unfailing
    def steps_done(self, share: float, pictures_per_second: float, part: int = 0) -> None:
        """Shows that a share of an epoch is done, 0 to 1, at this speed."""
        self._parts[part].steps_done(share, pictures_per_second)

    @unfailing
    def epoch_done(self, report: EpochReport, part: int = 0) -> None:
        """Shows that an epoch of a training is done."""
        self._parts[part].epoch_done(report)
        if self._log is not None:
            self._log.epoch_done(report, part)
        if self._trainings is not None:
            self._trainings.epoch_done(part, report)
            self._foretell()

    @unfailing
    def finished(self, line: str, part: int = 0) -> None:
        """Shows that a training of the total is done, and what came of it, in one line."""
        self._done += 1
        self._end(part)
        if self._trainings is not None:
            self._trainings.finished(part)
            self._foretell()
        self.note(line, count=True)

    @unfailing
    def stands(self, standing: Standing) -> None:
        """Takes in how far the study has come, on all machines."""
        self._done, self._total = max(self._done, standing.done), standing.total
        if standing.forecast is not None:
            found = standing.forecast
            self._hear(found.of_the_search() if self._search_alone else found)

    def ended(self, line: str) -> None:
        """Tells why there will be no further training."""
        self.note(line)

    @unfailing
    def note(self, line: str, count: bool = False) -> None:
        """Shows a line behind the title, and with `count` behind how many trainings are done."""
        title = f"{self._title} {self._count}" if count else self._title
        # On a terminal broken between words; elsewhere a line stays one.
        one_line = not self._console.is_interactive
        self._console.print(f"{title}: {visible(line)}", soft_wrap=one_line)

    def trial_started(self, number: int, epochs: int, part: int = 0) -> None:
        """Shows that a trial's training begins, or goes on."""
        self.started(f"trial {number}", epochs, part)

    @unfailing
    def trial_finished(self, trial: FrozenTrial, part: int = 0) -> None:
        """Shows that a trial ended; `stands` has told whether it counts."""
        self._end(part)
        self.note(f"trial {trial.number} {in_words(trial)}", count=True)

    def _end(self, part: int) -> None:
        self._parts[part].ended()
        if self._log is not None:
            self._log.ended(part)

    def _foretell(self) -> None:
        assert self._trainings is not None
        if (forecast := self._trainings.forecast()) is not None:
            self._hear(forecast)
            self._tell(forecast)

    def _hear(self, forecast: Forecast) -> None:
        self._countdown.hear(forecast)
        speeds = [part.speed for part in self._parts]
        if self._began or not all(speeds):
            return
        self._began, self._said = True, time.monotonic()
        self.note(
            f"{sum(speeds):,.0f} pictures a second are trained here;"
            f" {self._countdown.in_words()}; the end is expected {expected_end(forecast.left)}"
        )

    @unfailing
    def _tick(self) -> None:
        """Counts down on a terminal; elsewhere says now and then where everything is."""
        if self._console.is_interactive:
            left = self._countdown.left
            self._bars.update(
                self._whole,
                completed=self._countdown.part,
                count=self._count,
                note="" if left is None else f"about {rough(left)} left",
            )
        elif time.monotonic() - self._said >= EVERY:
            self._said = time.monotonic()
            self.note(f"{self._under_way()}{self._countdown.in_words()}", count=True)

    def _under_way(self) -> str:
        busy = [part.in_words() for part in self._parts if part.busy]
        more = f" and {len(busy) - SHOWN} more" if len(busy) > SHOWN else ""
        return f"{', '.join(busy[:SHOWN])}{more}; " if busy else ""


class _Part:
    """One training under way, and its bar.

    Attributes:
        busy: whether there is one at the moment.
        speed: pictures a second of the last that was heard of; 0 before.
    """

    def __init__(self, rows: Bars, worker: int | None) -> None:
        """
        Args:
            worker: its number, shown until its first training begins; None shows nothing before.
        """
        self._bars = rows
        if worker is None:
            self._task = rows.add_task("", total=None, visible=False, count="", note="")
        else:
            self._task = add_worker(rows, worker)
        self._what, self._epochs, self._done, self._best = "", 1, 0.0, ""
        self.busy, self.speed = False, 0.0

    def started(self, what: str, epochs: int) -> None:
        self._what, self._epochs, self._done, self._best = visible(what), epochs, 0.0, ""
        self.busy = True
        self._bars.reset(
            self._task,
            description=self._what,
            total=epochs,
            visible=True,
            count=f"0/{epochs}",
            note="",
        )

    def steps_done(self, share: float, pictures_per_second: float) -> None:
        self._done = int(self._done) + min(share, 0.99)
        self.speed = pictures_per_second
        self._show()

    def goes_on(self, report: EpochReport) -> None:
        """Shows how far it had come; its speed may have been another machine's."""
        self._done = float(report.epoch + 1)
        self._best = f"best {report.best_accuracy:.1%}, "
        self._show()

    def epoch_done(self, report: EpochReport) -> None:
        self.speed = report.pictures_per_second
        self.goes_on(report)

    def ended(self) -> None:
        self.busy = False
        self._bars.update(self._task, visible=False)

    def in_words(self) -> str:
        """Where it is, and how good its network is so far."""
        best = f" {self._best.removesuffix(', ')}" if self._best else ""
        return f"{self._what} epoch {self._count()}{best}"

    def _count(self) -> str:
        """Epochs done, a part of one too where there is room, of how many."""
        done = f"{self._done:.3g}" if self._done < 999 else str(int(self._done))
        return f"{done}/{self._epochs}"

    def _show(self) -> None:
        self._bars.update(
            self._task,
            completed=self._done,
            count=self._count(),
            note=f"{self._best}{self.speed:,.0f} pictures/s"
            if self.speed
            else self._best.removesuffix(", "),
        )
