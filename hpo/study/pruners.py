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
    """The pruner of a study; it takes a report's step for the number of epochs done.

    So a trial can be pruned when `min_epochs` are done, and not before: successive halving and
    Hyperband decide at the first step >= `min_epochs`, then at `reduction_factor` times as many,
    and so on; the median rule at every step >= `min_epochs`.
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
    return NopPruner()


def may_prune(study: StudyConfig, epochs: int) -> bool:
    """Whether the study's pruner may end a trial after this number of epochs.

    Successive halving and Hyperband decide at few epochs; asking at others would be a look at all
    trials for nothing.
    """
    step, factor = study.pruner.min_epochs, study.pruner.reduction_factor
    if study.pruner.name in ("successive-halving", "hyperband"):
        while step < epochs:
            step *= factor
        return step == epochs
    return study.pruner.name != "none" and epochs >= step
