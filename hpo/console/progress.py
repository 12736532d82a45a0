"""What one sees while a study runs: live bars on a terminal, one line a finished training else."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Self

from optuna.trial import FrozenTrial, TrialState
from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from hpo.runtime.literal_text import visible
from hpo.trials.outcome import in_words, is_infeasible

if TYPE_CHECKING:
    from model.training.epoch_report import EpochReport

SPEED_WINDOW = 3600.0
"""Seconds over which the time left is estimated: trials differ a lot, so over many of them."""


class Progress:
    """Shows on stderr how far a number of trainings has come.

    A context manager. On a terminal a bar for the whole and one for each training under way, with
    the time left; finished trainings scroll by above them. Elsewhere the latter lines alone.
    `part` says in which of them something happened.
    """

    def __init__(self, title: str, total: int, done: int = 0, parts: int = 1) -> None:
        """
        Args:
            title: what the trainings are for.
            total: how many there are to be.
            done: how many of them were done before.
            parts: how many are under way at the same time.
        """
        self._title, self._total, self._done = visible(title), total, done
        self._console = Console(stderr=True, highlight=False, markup=False, emoji=False)
        self._bars = Bars(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=30),
            TextColumn("{task.fields[count]}", markup=False),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[note]}", markup=False),
            console=self._console,
            disable=not self._console.is_interactive,
            speed_estimate_period=SPEED_WINDOW,
            transient=True,
        )
        self._whole = self._bars.add_task(
            self._title, total=total, completed=done, count=self._count, note=""
        )
        self._parts = [_Part(self._bars) for _ in range(parts)]

    @property
    def _count(self) -> str:
        return f"{self._done}/{self._total}"

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bars.stop()

    def started(self, what: str, epochs: int, part: int = 0) -> None:
        """A training begins.

        Args:
            what: to call it.
            epochs: it has, at most.
            part: in which it happens.
        """
        self._parts[part].started(what, epochs)

    def epoch_done(self, report: EpochReport, part: int = 0) -> None:
        self._parts[part].epoch_done(report)
        # The whole moves with every epoch: else its time left would stand still for minutes.
        under_way = sum(each.fraction for each in self._parts)
        self._bars.update(self._whole, completed=self._done + under_way)

    def finished(self, line: str, counts: bool = True, part: int = 0) -> None:
        """A training ended: how, in one line, and whether it was one of the total."""
        self._done += counts
        self._parts[part].ended()
        self._bars.update(self._whole, completed=self._done, count=self._count)
        self._console.print(f"{self._title} {self._count}: {visible(line)}", soft_wrap=True)

    def ended(self, line: str) -> None:
        """There will be no further training: why."""
        self.note(line)

    def note(self, line: str) -> None:
        """Something worth a line of its own."""
        self._console.print(f"{self._title}: {visible(line)}", soft_wrap=True)

    def trial_started(self, number: int, epochs: int, part: int = 0) -> None:
        self.started(f"trial {number}", epochs, part)

    def trial_finished(self, trial: FrozenTrial, part: int = 0) -> None:
        counts = trial.state is not TrialState.FAIL and not is_infeasible(trial)
        self.finished(f"trial {trial.number} {in_words(trial)}", counts, part)


class _Part:
    """The bar of one training under way."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._task = bars.add_task("", visible=False, count="", note="")
        self._epochs = 1
        self.fraction = 0.0

    def started(self, what: str, epochs: int) -> None:
        self._epochs, self.fraction = epochs, 0.0
        self._bars.reset(
            self._task,
            description=visible(what),
            total=epochs,
            visible=True,
            count=f"0/{epochs}",
            note="",
        )

    def epoch_done(self, report: EpochReport) -> None:
        epoch = report.epoch + 1
        self.fraction = min(1.0, epoch / self._epochs)
        self._bars.update(
            self._task,
            completed=epoch,
            count=f"{epoch}/{self._epochs}",
            note=f"best {report.best_accuracy:.1%}, {report.pictures_per_second:,.0f} pictures/s",
        )

    def ended(self) -> None:
        self.fraction = 0.0
        self._bars.update(self._task, visible=False)
