"""By how much a trial that was pruned fell short of those that went on."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from statistics import median

from optuna.trial import FrozenTrial, TrialState

from hpo.runtime.wording import points
from hpo.study.definition import StudyConfig
from hpo.study.guarded_halving import BEHIND, LATEST, is_complete, is_feasible, is_full, passed
from hpo.study.pruners import RUNGS
from hpo.trials.outcome import WHY_PRUNED


def why_pruned(
    number: int, epochs: int, value: float, trials: Sequence[FrozenTrial], config: StudyConfig
) -> str:
    """Why the pruner stopped a trial, and by how much others did better, in words.

    Args:
        number: the trial's.
        epochs: after which it was stopped.
        value: its best accuracy so far, 0 to 1.
        trials: all of the study.
        config: the study's definition.
    """
    others = [
        trial
        for trial in trials
        if trial.number != number
        and isfinite(trial.intermediate_values.get(epochs, float("nan")))
        and is_feasible(trial)
    ]
    rule = config.pruner
    needed = _needed(value, epochs, others, config)
    at_first = rule.name == "guarded-halving" and epochs == rule.min_epochs
    if at_first and is_full(others, epochs, rule.reduction_factor):
        behind = points(needed - value) if needed is not None and needed > value else None
        better = f"{WHY_PRUNED} by {behind} points, and " if behind else ""
        count = len(passed(others, epochs))
        return f"{better}{count} of {len(others)} passed this rung, as many as may"
    if needed is not None and needed > value:
        return (
            f"{WHY_PRUNED} by {points(needed - value)} points"
            f" ({value:.1%}; {needed:.1%} would have passed)"
        )
    best = max((trial.intermediate_values[epochs] for trial in others), default=value)
    return f"{WHY_PRUNED} by up to {points(best - value)} points" if best > value else WHY_PRUNED


def _needed(
    value: float, epochs: int, others: Sequence[FrozenTrial], config: StudyConfig
) -> float | None:
    """What the rule would have let go on; None if that is not known."""
    if config.pruner.name == "median":
        complete = [trial for trial in others if trial.state is TrialState.COMPLETE]
        return median(t.intermediate_values[epochs] for t in complete) if complete else None
    if config.pruner.name not in RUNGS or config.pruner.name == "hyperband":
        return None  # each of Hyperband's brackets compares its own trials alone
    factor = config.pruner.reduction_factor
    values = [trial.intermediate_values[epochs] for trial in others]
    bars = [_bar(value, values, factor)]
    if config.pruner.name == "guarded-halving":
        bars.append(_bar(value, values[-(LATEST * factor - 1) :], factor))
        complete = [trial for trial in others if is_complete(trial)]
        if complete:
            best = max(complete, key=lambda trial: trial.values[0])
            bars.append(best.intermediate_values[epochs] - BEHIND)
    return max(bars)


def _bar(value: float, others: Sequence[float], factor: int) -> float:
    """The last value that passes of the best part of this one and the others."""
    there = sorted([value, *others], reverse=True)
    return there[max(1, len(there) // factor) - 1]
