"""The best accuracy of a search so far, against trials and against seconds of training."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from optuna.trial import FrozenTrial

from hpo.trials.attributes import TrialRecord
from hpo.trials.outcome import accuracy_of, state_of
from hpo.trials.times import in_order


@dataclass(frozen=True)
class Point:
    """How far a search was when a trial had ended.

    Attributes:
        trials: number of trials that were complete or pruned.
        seconds: seconds of training of all that had ended, all workers together.
        best: best accuracy of a complete trial, 0 to 1; None before there is one.
    """

    trials: int
    seconds: float
    best: float | None


def curve(trials: Iterable[FrozenTrial]) -> list[Point]:
    """A point for each trial that ended, in the order in which they ended.

    A failed trial costs seconds, but is none of the trials that a budget counts.

    Example:
        >>> import optuna
        >>> values = (0.7, 0.9, 0.8)
        >>> trials = [optuna.create_trial(value=v, user_attrs={"seconds": 5.0}) for v in values]
        >>> curve(trials)[-1]
        Point(trials=3, seconds=15.0, best=0.9)
    """
    ended = [trial for trial in trials if trial.state.is_finished()]
    points, done, spent = [], 0, 0.0
    best: float | None = None
    for trial in sorted(ended, key=in_order):
        state, accuracy = state_of(trial), accuracy_of(trial)
        done += state in ("complete", "pruned")
        spent += TrialRecord.of(trial).seconds or 0.0
        if state == "complete" and accuracy is not None:
            best = accuracy if best is None else max(best, accuracy)
        points.append(Point(done, spent, best))
    return points


def best_after(
    points: Sequence[Point], trials: float = float("inf"), seconds: float = float("inf")
) -> float | None:
    """The best accuracy within this number of trials and these seconds of training.

    Example:
        >>> points = [Point(1, 5.0, None), Point(2, 10.0, 0.7), Point(3, 15.0, 0.9)]
        >>> best_after(points, trials=2), best_after(points, seconds=15), best_after(points, 1)
        (0.7, 0.9, None)
    """
    within = [point for point in points if point.trials <= trials and point.seconds <= seconds]
    return within[-1].best if within else None
