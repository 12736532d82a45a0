"""Which parameters mattered, by PED-ANOVA, beside what chance alone would say."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import optuna
from optuna.importance import PedAnovaImportanceEvaluator
from optuna.trial import FrozenTrial, TrialState

from hpo.trials.ranking import best_first

FEWEST = 10
"""Trials below which nothing is said of importances."""
TOP = 5
"""Best trials that are compared with all, at least, as PED-ANOVA's authors advise."""
SHUFFLES = 20


@dataclass(frozen=True)
class Importances:
    """How much the best trials' values of each parameter differ from all trials' values.

    Attributes:
        shares: of the sum over all parameters, 0 to 1, largest first.
        chance: the largest share that any parameter got in 20 shuffles of the trials' ranks. A
            parameter that stays below it may owe its share to chance.
        best: the trials that were compared with all.
        trials: how many there were in all.
    """

    shares: dict[str, float]
    chance: float
    best: list[FrozenTrial]
    trials: int

    @property
    def clear(self) -> list[str]:
        """The parameters above chance, most important first."""
        return [name for name, share in self.shares.items() if share > self.chance]


def importances(trials: Sequence[FrozenTrial]) -> Importances | None:
    """PED-ANOVA (Watanabe et al., IJCAI 2023) over complete and pruned trials.

    Pruned ones count: where most trials are pruned, the few complete ones could say nothing. All
    are ordered by `best_first`. None where there are fewer than 10 trials, or no parameters.
    """
    ranked = best_first(trials)
    if len(ranked) < FEWEST or not any(trial.params for trial in ranked):
        return None
    top = max(TOP, -(-len(ranked) // 10))
    study = optuna.create_study(storage=optuna.storages.InMemoryStorage())
    study.add_trials(
        [
            optuna.create_trial(
                state=TrialState.COMPLETE,
                value=float(rank),
                params=trial.params,
                distributions=trial.distributions,
            )
            for rank, trial in enumerate(ranked)
        ]
    )
    found = _divergences(study, top, range(len(ranked)))
    stream = np.random.default_rng(0)
    shuffled = [
        _divergences(study, top, stream.permutation(len(ranked)).tolist()) for _ in range(SHUFFLES)
    ]
    total = sum(found.values()) or 1.0
    return Importances(
        shares={name: value / total for name, value in found.items()},
        chance=max(max(values.values()) for values in shuffled) / total,
        best=ranked[:top],
        trials=len(ranked),
    )


def _divergences(study: optuna.Study, top: int, ranks: Sequence[int]) -> Mapping[str, float]:
    """PED-ANOVA's values, largest first, were the trials' ranks these."""
    evaluator = PedAnovaImportanceEvaluator(target_quantile=top / len(ranks))
    with warnings.catch_warnings():
        # That a target is minimised; that a parameter which few trials have is uncertain.
        warnings.simplefilter("ignore")
        return optuna.importance.get_param_importances(
            study, evaluator=evaluator, target=lambda trial: ranks[trial.number], normalize=False
        )
