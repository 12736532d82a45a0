"""Why a trial was pruned, in words, and by how much others did better."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from statistics import median

from optuna.trial import FrozenTrial, TrialState

from hpo.runtime.wording import points
from hpo.study.definition import StudyConfig
from hpo.study.guarded_halving import (
    BEHIND,
    LATEST,
    at_rung,
    is_complete,
    is_full,
    keeps_constraints,
    passed,
)
from hpo.study.pruners import WITH_RUNGS
from hpo.trials.outcome import OTHERS_DID_BETTER


def why_pruned(
    number: int, epochs: int, value: float, trials: Sequence[FrozenTrial], config: StudyConfig
) -> str:
    """Why the pruner stopped a trial, and by how much others did better, in words.

    Args:
        number: the trial's.
        epochs: after which it was stopped.
        value: its best accuracy so far, 0 to 1.
        trials: those that the pruner saw, see `visible`; the trial itself may be among them.
        config: the study's definition.
    """
    others = [
        trial
        for trial in trials
        if trial.number != number
        and epochs in trial.intermediate_values
        and keeps_constraints(trial)
    ]
    rule = config.pruner
    if rule.name != "guarded-halving":
        others = [trial for trial in others if isfinite(trial.intermediate_values[epochs])]
    needed = _needed(value, epochs, others, config)
    at_first = rule.name == "guarded-halving" and epochs == rule.min_epochs
    if at_first and is_full(others, epochs, rule.reduction_factor):
        behind = points(needed - value) if needed is not None and needed > value else None
        better = f"{OTHERS_DID_BETTER} by {behind} points, and " if behind else ""
        count = len(passed(others, epochs))
        return f"{better}{count} of {len(others)} passed this rung, as many as may"
    if needed is not None and needed > value:
        return (
            f"{OTHERS_DID_BETTER} by {points(needed - value)} points"
            f" ({value:.1%}; {needed:.1%} would have passed)"
        )
    best = max((at_rung(trial, epochs) for trial in others), default=value)
    if best > value:
        return f"{OTHERS_DID_BETTER} by up to {points(best - value)} points"
    return OTHERS_DID_BETTER


def _needed(
    value: float, epochs: int, others: Sequence[FrozenTrial], config: StudyConfig
) -> float | None:
    """The least accuracy that the rule would have let go on; None if that is not known."""
    if config.pruner.name == "median":
        complete = [trial for trial in others if trial.state is TrialState.COMPLETE]
        return median(t.intermediate_values[epochs] for t in complete) if complete else None
    if config.pruner.name not in WITH_RUNGS or config.pruner.name == "hyperband":
        return None  # each of Hyperband's brackets compares its own trials alone
    factor = config.pruner.reduction_factor
    values = [at_rung(trial, epochs) for trial in others]
    bars = [_bar(value, values, factor)]
    if config.pruner.name == "guarded-halving":
        bars.append(_bar(value, values[-(LATEST * factor - 1) :], factor))
        complete = [trial for trial in others if is_complete(trial)]
        if complete:
            best = max(complete, key=lambda trial: trial.values[0])
            bars.append(at_rung(best, epochs) - BEHIND)
    return max(bars)


def _bar(value: float, others: Sequence[float], factor: int) -> float:
    """The last value that passes of the best part of this one and the others."""
    there = sorted([value, *others], reverse=True)
    return there[max(1, len(there) // factor) - 1]
