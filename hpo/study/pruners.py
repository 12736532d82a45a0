"""The pruner of a study, from its definition."""

from __future__ import annotations

from optuna.pruners import (
    BasePruner,
    HyperbandPruner,
    MedianPruner,
    NopPruner,
    SuccessiveHalvingPruner,
)

from hpo.study.definition import StudyConfig
from hpo.study.space import most_epochs


def make_pruner(study: StudyConfig) -> BasePruner:
    """The pruner of a study, for trials that report with the number of epochs done as step.

    Successive halving and Hyperband decide after `min_epochs` epochs, after `reduction_factor`
    times as many, and so on; the median rule after each epoch from `min_epochs` on.

    Example:
        >>> from hpo.study.file import load_study
        >>> type(make_pruner(load_study("glyphs"))).__name__
        'SuccessiveHalvingPruner'
    """
    first, factor = study.pruner.min_epochs, study.pruner.reduction_factor
    if study.pruner.name == "successive-halving":
        return SuccessiveHalvingPruner(min_resource=first, reduction_factor=factor)
    if study.pruner.name == "hyperband":
        return HyperbandPruner(
            min_resource=first, max_resource=most_epochs(study), reduction_factor=factor
        )
    if study.pruner.name == "median":
        return MedianPruner(n_warmup_steps=first)
    assert study.pruner.name == "none", study.pruner.name
    return NopPruner()


def may_prune(study: StudyConfig, epochs: int) -> bool:
    """Whether the study's pruner may stop a trial after this number of epochs.

    Successive halving and Hyperband decide after few of the epochs. Asking them after another one
    would read all trials for nothing.

    Example:
        >>> from hpo.study.file import load_study
        >>> [epochs for epochs in range(1, 10) if may_prune(load_study("glyphs"), epochs)]
        [1, 2, 4, 8]
    """
    step, factor = study.pruner.min_epochs, study.pruner.reduction_factor
    if study.pruner.name in ("successive-halving", "hyperband"):
        while step < epochs:
            step *= factor
        return step == epochs
    return study.pruner.name != "none" and epochs >= step
