"""Countdown to the end of everything: as it was last told, or from the trainings themselves."""

from __future__ import annotations

import time
from collections import defaultdict
from statistics import fmean

from hpo.trials.forecast import Forecast
from model.training.epoch_report import EpochReport


class Countdown:
    """The time that is left, counted down between what is heard of it.

    Example:
        >>> countdown = Countdown()
        >>> countdown.in_words()
        'time left not known yet'
        >>> countdown.hear(Forecast(spent=60, search=0, retraining=59.9, test=0))
        >>> countdown.in_words(), round(countdown.part, 1)
        ('about 1 min 0 s left: retraining 1 min 0 s', 0.5)
    """

    def __init__(self) -> None:
        self._heard: Forecast | None = None
        self._at = 0.0

    def hear(self, forecast: Forecast) -> None:
        """Takes in how much is left now."""
        self._heard, self._at = forecast, time.monotonic()

    @property
    def left(self) -> float | None:
        """Seconds that are left of everything; None if nothing was heard."""
        now = self._now()
        return None if now is None else now.left

    @property
    def part(self) -> float:
        """Part of everything that is done, 0 to 1."""
        now = self._now()
        return 0.0 if now is None else now.part

    def in_words(self) -> str:
        """The time left in all, and how it is divided between search, retraining and test."""
        now = self._now()
        return "time left not known yet" if now is None else now.in_words()

    def _now(self) -> Forecast | None:
        """What was heard, less the time since: first of the search, then of what follows it."""
        if self._heard is None:
            return None
        since, left = time.monotonic() - self._at, {}
        spent = self._heard.spent + since
        for what in ("search", "retraining", "test"):
            planned = getattr(self._heard, what)
            left[what] = max(0.0, planned - since)
            since = max(0.0, since - planned)
        return Forecast(spent=spent, **left)


class Trainings:
    """A known number of trainings, several at the same time: how long they still take.

    Example:
        >>> from model.training.epoch_report import EpochReport
        >>> trainings = Trainings(total=3, parts=1)
        >>> trainings.started(0, epochs=10)
        >>> epoch = EpochReport(0, 1.5, 0.5, 0.01, 0, 0.5, 0.01, seconds=2, pictures_per_second=9)
        >>> trainings.epoch_done(0, epoch)
        >>> found = trainings.forecast()
        >>> found.spent, found.retraining
        (2.0, 58.0)
    """

    def __init__(self, total: int, parts: int, before: Forecast | None = None) -> None:
        """
        Args:
            total: how many there are to be.
            parts: how many are under way at the same time.
            before: forecast of the whole that they belong to; None if they are the whole.
        """
        self._to_come = total
        self._parts = parts
        self._before = before or Forecast(spent=0, search=0, retraining=0, test=0)
        self._epochs: dict[int, int] = {}
        self._left: dict[int, int] = {}
        self._seconds: dict[int, list[float]] = defaultdict(list)

    def started(self, part: int, epochs: int) -> None:
        """Takes note that a training of this number of epochs begins."""
        self._left[part] = self._epochs[part] = epochs
        self._to_come -= 1

    def goes_on(self, part: int, report: EpochReport) -> None:
        """Takes note that a training goes on after this epoch.

        How long the epochs before took says nothing of this run.
        """
        self._left[part] = self._epochs[part] - report.epoch - 1

    def epoch_done(self, part: int, report: EpochReport) -> None:
        """Takes note that an epoch of a training is done, and of how long it took."""
        self.goes_on(part, report)
        self._seconds[part].append(report.seconds)

    def finished(self, part: int) -> None:
        """Takes note that a training is done, or was done before."""
        if part in self._left:
            del self._left[part]
        else:
            self._to_come -= 1

    def forecast(self) -> Forecast | None:
        """How long all trainings still take; None before the first epoch is done."""
        if not self._seconds:
            return None
        seconds = [s for of_part in self._seconds.values() for s in of_part]
        usual = fmean(seconds)
        left = [
            epochs * (fmean(self._seconds[part]) if part in self._seconds else usual)
            for part, epochs in self._left.items()
        ]
        # Those to come are as long as those that each part began last.
        to_come = max(0, self._to_come) * fmean(self._epochs.values())
        in_all = sum(left) + to_come * usual
        return Forecast(
            spent=self._before.spent + sum(seconds) / self._parts,
            search=0.0,
            retraining=max([*left, in_all / self._parts]),
            test=self._before.test,
        )
