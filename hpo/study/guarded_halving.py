"""Successive halving that a sampler which learns cannot fool."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan

from optuna.pruners import BasePruner
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

LATEST = 3
"""How many times the reduction factor of a rung's latest trials one is compared with."""
BEHIND = 0.01
"""By how much a trial may be worse, at a rung, than the best complete one was there."""


class GuardedHalvingPruner(BasePruner):
    """Lets a trial pass a rung that is among the best so far, among the latest, and near the best.

    Asynchronous successive halving (Li et al. 2020) compares a trial with all before it at its
    rung. What a sampler proposes that learns is better than the random trials before it, so most of
    it passes, and the time goes into long trainings of middling networks. Of the latest trials at a
    rung no more than one in `reduction_factor` passes; and none whose accuracy is more than a point
    under that which the best complete trial had there. Trials that exceed a constraint of the study
    do not count.

    Args:
        min_resource: number of epochs of the first rung; each later one has `reduction_factor`
            times as many.
        reduction_factor: one trial in this many passes a rung.
    """

    def __init__(self, min_resource: int, reduction_factor: int) -> None:
        self._first, self._factor = min_resource, reduction_factor

    def prune(self, study: Study, trial: FrozenTrial) -> bool:
        step = trial.last_step
        if step is None or not self._is_rung(step):
            return False
        value = trial.intermediate_values[step]
        if isnan(value):
            return True
        there = [
            other
            for other in study.get_trials(deepcopy=False)
            if step in other.intermediate_values
            and other.number != trial.number
            and all(excess <= 0 for excess in other.constraints.values())
        ]
        others = [other.intermediate_values[step] for other in there]
        latest = others[-(LATEST * self._factor - 1) :]
        if not (self._passes(value, others) and self._passes(value, latest)):
            return True
        complete = [other for other in there if other.state is TrialState.COMPLETE]
        best = max(complete, key=lambda other: other.values[0], default=None)
        return best is not None and value < best.intermediate_values[step] - BEHIND

    def _is_rung(self, step: int) -> bool:
        rung = self._first
        while rung < step:
            rung *= self._factor
        return rung == step

    def _passes(self, value: float, others: Sequence[float]) -> bool:
        """Whether a value is in the best part of itself and the others; the best always is."""
        places = max(1, (len(others) + 1) // self._factor)
        return sum(other > value for other in others) < places
