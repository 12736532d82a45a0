"""The pruner of a study, from its definition."""

from __future__ import annotations

from collections.abc import Iterator

from optuna.pruners import BasePruner, NopPruner

from hpo.study.definition import StudyConfig
from hpo.study.feasible_pruners import (
    FeasibleHalvingPruner,
    FeasibleHyperbandPruner,
    FeasibleMedianPruner,
)
from hpo.study.guarded_halving import GuardedHalvingPruner
from hpo.study.rungs import rungs
from hpo.study.space import most_epochs

WITH_RUNGS = ("successive-halving", "guarded-halving", "hyperband")
"""Pruners that decide at rungs."""


def make_pruner(study: StudyConfig) -> BasePruner:
    """The pruner of a study, for trials that report with the number of epochs done as step.

    Both halvings and Hyperband decide after `min_epochs` epochs, after `reduction_factor`
    times as many, and so on; the median rule after each epoch from `min_epochs` on. None of them
    looks at a trial that exceeds a constraint of the study.

    Example:
        >>> from hpo.study.file import load_study
        >>> type(make_pruner(load_study("glyphs"))).__name__
        'FeasibleHalvingPruner'
    """
    first, factor = study.pruner.min_epochs, study.pruner.reduction_factor
    if study.pruner.name == "successive-halving":
        return FeasibleHalvingPruner(min_resource=first, reduction_factor=factor)
    if study.pruner.name == "guarded-halving":
        return GuardedHalvingPruner(min_resource=first, reduction_factor=factor)
    if study.pruner.name == "hyperband":
        return FeasibleHyperbandPruner(
            min_resource=first, max_resource=most_epochs(study), reduction_factor=factor
        )
    if study.pruner.name == "median":
        return FeasibleMedianPruner(n_warmup_steps=first)
    assert study.pruner.name == "none", study.pruner.name
    return NopPruner()


def rungs_of(study: StudyConfig, below: int) -> Iterator[int]:
    """Yields the rungs of a study's pruner that have fewer epochs than `below`, see `rungs`."""
    return rungs(study.pruner.min_epochs, study.pruner.reduction_factor, below)


def may_prune(study: StudyConfig, epochs: int) -> bool:
    """Whether the study's pruner may stop a trial after this number of epochs.

    Both halvings and Hyperband decide after few of the epochs. Asking them after another one
    would read all trials for nothing.

    Example:
        >>> from hpo.study.file import load_study
        >>> [epochs for epochs in range(1, 10) if may_prune(load_study("glyphs"), epochs)]
        [1, 2, 4, 8]
    """
    if study.pruner.name in WITH_RUNGS:
        return epochs in rungs_of(study, epochs + 1)
    return study.pruner.name != "none" and epochs >= study.pruner.min_epochs


def first_rung(study: StudyConfig) -> int:
    """Number of epochs after which all trials can be compared: none is stopped before.

    Example:
        >>> from hpo.study.file import load_study
        >>> first_rung(load_study("deep"))
        2
    """
    return most_epochs(study) if study.pruner.name == "none" else study.pruner.min_epochs


def next_rung(study: StudyConfig, epochs: int) -> int:
    """Number of epochs at which the pruner next may stop a trial that has done this number.

    Example:
        >>> from hpo.study.file import load_study
        >>> [next_rung(load_study("glyphs"), epochs) for epochs in (0, 1, 2, 3, 4)]
        [1, 2, 4, 4, 4]
    """
    most = most_epochs(study)
    if study.pruner.name not in WITH_RUNGS:
        return min(most, max(epochs + 1, study.pruner.min_epochs))
    return next((rung for rung in rungs_of(study, most) if rung > epochs), most)


def expected_epochs(study: StudyConfig, before: int, most: int) -> float:
    """Number of epochs that a trial gets on average, if all trials are equally good.

    Successive halving lets a trial pass a rung if it is in the best `1 / reduction_factor` of those
    that reached it so far, or the best of a few: early trials pass more often. Of the other rules
    it says what a trial gets at most.

    Args:
        study: the definition.
        before: number of trials that ended before.
        most: number of epochs of a trial that is not stopped, see `most_epochs`.

    Example:
        >>> from hpo.study.file import load_study
        >>> study = load_study("glyphs")
        >>> [round(expected_epochs(study, before, most=4), 2) for before in (0, 1, 7)]
        [4.0, 2.5, 2.0]
    """
    if study.pruner.name not in WITH_RUNGS:
        return float(most)
    factor, there = study.pruner.reduction_factor, float(before + 1)
    reached, epochs, passes = 0, 0.0, 1.0
    for rung in rungs_of(study, most):
        epochs += passes * (rung - reached)
        # Of the trials that reached the rung, the best one, or the best part, goes on.
        chance = max(1.0, there // factor) / max(1.0, there)
        passes, there = passes * chance, there * chance
        reached = rung
    return epochs + passes * (most - reached)
