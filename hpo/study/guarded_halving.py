"""Successive halving that a sampler which learns cannot fool."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, isfinite

from optuna.pruners import BasePruner
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from hpo.study.rungs import rungs

LATEST = 3
"""A trial is compared with a rung's latest trials: this many times the reduction factor."""
MORE = 2
"""This many more than one trial in `reduction_factor` may pass the first rung."""
BEHIND = 0.01
"""By how much a trial may be worse, at a rung, than the best complete one was there."""


class GuardedHalvingPruner(BasePruner):
    """Lets a trial pass a rung that is among the best so far, among the latest, and near the best.

    Asynchronous successive halving (Li et al. 2020) compares a trial with all before it at its
    rung. What a sampler proposes that learns is better than the random trials before it, so most of
    it passes, and the time goes into long trainings of middling networks. Here a trial must also be
    among the best of the rung's latest, and no more than a point under what the best complete trial
    had there. And no more than one in `reduction_factor` passes the first rung, and two more: else
    each proposal that is the best so far would, which most are while the sampler learns fast. What
    such a trial has reached is not lost to a sampler that learns from it. Trials that exceed a
    constraint of the study do not count.

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
        if not isfinite(value):
            return True
        there = [
            other
            for other in study.get_trials(deepcopy=False)
            if step in other.intermediate_values
            and other.number != trial.number
            and keeps_constraints(other)
        ]
        others = [at_rung(other, step) for other in there]
        latest = others[-(LATEST * self._factor - 1) :]
        if not (self._passes(value, others) and self._passes(value, latest)):
            return True
        if step == self._first and is_full(there, step, self._factor):
            return True
        complete = [other for other in there if is_complete(other)]
        best = max(complete, key=lambda other: other.values[0], default=None)
        return best is not None and value < at_rung(best, step) - BEHIND

    def _is_rung(self, step: int) -> bool:
        return step in rungs(self._first, self._factor, step + 1)

    def _passes(self, value: float, others: Sequence[float]) -> bool:
        """Whether a value is in the best part of itself and the others; the best always is."""
        places = max(1, (len(others) + 1) // self._factor)
        return sum(other > value for other in others) < places


def at_rung(trial: FrozenTrial, rung: int) -> float:
    """What a trial had at a rung that it came to; the worst there is if that is not finite.

    Only another program reports infinity, or what is no number.
    """
    value = trial.intermediate_values[rung]
    return value if isfinite(value) else -inf


def keeps_constraints(trial: FrozenTrial) -> bool:
    """Whether a trial keeps to the study's constraints, as far as is known."""
    return all(excess <= 0 for excess in trial.constraints.values())


def is_complete(trial: FrozenTrial) -> bool:
    """Whether it was trained to its end: another program may call an infinite value one."""
    return trial.state is TrialState.COMPLETE and isfinite(trial.values[0])


def is_full(others: Sequence[FrozenTrial], first: int, factor: int) -> bool:
    """Whether as many have passed the first rung as may, of one more trial than these others.

    Args:
        others: those that came to it.
        first: number of its epochs.
        factor: one trial in this many passes.
    """
    return len(passed(others, first)) >= MORE + (len(others) + 1) // factor


def passed(others: Sequence[FrozenTrial], rung: int) -> list[FrozenTrial]:
    """Those that went on after a rung, or may still."""
    return [
        other
        for other in others
        if other.state is not TrialState.PRUNED or max(other.intermediate_values) > rung
    ]
