"""Importances of parameters, by PED-ANOVA, beside what chance alone would give."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import optuna
from optuna.trial import FrozenTrial, TrialState

from hpo.trials.ranking import best_first

FEWEST = 10
"""Number of trials below which there are no importances."""
TOP = 5
"""Number of best trials that are compared with all, at least, as PED-ANOVA's authors advise."""
SHUFFLES = 20
"""Number of random orders of the trials that show what chance gives."""


@dataclass(frozen=True)
class Importances:
    """Importances of parameters: how far the best trials' values differ from all trials' values.

    Attributes:
        shares: importance of each parameter as a share of their sum, 0 to 1, largest first.
        chance: largest share that any parameter got in 20 shuffles of the trials' ranks; a
            parameter at or below it may owe its share to chance.
        best: trials that were compared with all.
        trials: number of all trials.
    """

    shares: dict[str, float]
    chance: float
    best: list[FrozenTrial]
    trials: int

    @property
    def clear(self) -> list[str]:
        """Names of the parameters above chance, most important first."""
        return [name for name, share in self.shares.items() if share > self.chance]


def importances(trials: Sequence[FrozenTrial]) -> Importances | None:
    """Importances by PED-ANOVA (Watanabe et al., IJCAI 2023) over complete and pruned trials.

    None if there are fewer than 10 trials, or no parameters. Trials are ranked by `best_first`.
    Pruned ones count, for where most are pruned, the few complete ones show too little.

    Example:
        >>> uniform = optuna.distributions.FloatDistribution(0, 1)
        >>> trials = [
        ...     optuna.create_trial(
        ...         value=number / 100,
        ...         params={"rate": number / 100, "momentum": number * 37 % 100 / 100},
        ...         distributions={"rate": uniform, "momentum": uniform},
        ...     )
        ...     for number in range(100)
        ... ]
        >>> found = importances(trials)
        >>> found.clear, len(found.best)
        (['rate'], 10)
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
    """PED-ANOVA's value for each parameter, largest first, with these ranks of the trials."""
    # Here, for it brings scikit-learn and SciPy along, which take most of a second to import.
    from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances

    evaluator = PedAnovaImportanceEvaluator(target_quantile=top / len(ranks))
    with warnings.catch_warnings():
        # It warns that ranks are minimised, and of parameters that few trials have.
        warnings.simplefilter("ignore")
        return get_param_importances(
            study, evaluator=evaluator, target=lambda trial: ranks[trial.number], normalize=False
        )
