"""Optuna's pruners, to which a trial that exceeds a constraint of its study is none.

Optuna calls such a trial complete, with the value 0 where it was not trained; one that would have
taken too long was compared at its first epochs.
"""

from __future__ import annotations

from collections.abc import Container
from typing import Any, cast

from optuna.pruners import HyperbandPruner, MedianPruner, SuccessiveHalvingPruner
from optuna.storages import BaseStorage
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from hpo.study.guarded_halving import keeps_constraints


class FeasibleHalvingPruner(SuccessiveHalvingPruner):
    """Asynchronous successive halving (Li et al. 2020) among feasible trials."""

    def prune(self, study: Study, trial: FrozenTrial) -> bool:
        return super().prune(_feasible(study), trial)


class FeasibleHyperbandPruner(HyperbandPruner):
    """Hyperband (Li et al. 2018) among feasible trials."""

    def prune(self, study: Study, trial: FrozenTrial) -> bool:
        return super().prune(_feasible(study), trial)


class FeasibleMedianPruner(MedianPruner):
    """The median rule among feasible trials."""

    def prune(self, study: Study, trial: FrozenTrial) -> bool:
        return super().prune(_feasible(study), trial)


def _feasible(study: Study) -> Study:
    return cast(Study, _Feasible(study))


class _Feasible:
    """A study, or its storage, without the trials that exceed a constraint.

    The storage too, for Hyperband makes studies of its own in front of it.
    """

    def __init__(self, whole: Study | BaseStorage) -> None:
        self._whole: Any = whole

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        found = getattr(self._whole, name)
        return _Feasible(found) if isinstance(found, BaseStorage) else found

    def get_trials(
        self, deepcopy: bool = True, states: Container[TrialState] | None = None
    ) -> list[FrozenTrial]:
        return list(filter(keeps_constraints, self._whole.get_trials(deepcopy, states)))

    def get_all_trials(
        self, study_id: int, deepcopy: bool = True, states: Container[TrialState] | None = None
    ) -> list[FrozenTrial]:
        return list(
            filter(keeps_constraints, self._whole.get_all_trials(study_id, deepcopy, states))
        )
