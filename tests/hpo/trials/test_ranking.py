"""The order of trials: complete ones, pruned ones by how far they came, and last what diverged."""

from __future__ import annotations

from math import nan

import optuna
import pytest
from optuna.distributions import CategoricalDistribution
from optuna.trial import FrozenTrial, TrialState

from hpo.study.file import load_study
from hpo.study.space import parameters
from hpo.trials.ranking import best_first, finalists

CONFIG = load_study("glyphs")
CONFIG = CONFIG.model_copy(update={"finish": CONFIG.finish.model_copy(update={"finalists": 3})})


def ended(state: TrialState, curve: list[float], reason: str | None = None) -> FrozenTrial:
    space, attributes = parameters(CONFIG), {"seed": 1, "reason": reason}
    return optuna.create_trial(
        state=state,
        value=max(curve) if state is TrialState.COMPLETE else None,
        params={p.name: p.values[0] for p in space},
        distributions={p.name: CategoricalDistribution([p.values[0]]) for p in space},
        user_attrs={name: value for name, value in attributes.items() if value is not None},
        intermediate_values=dict(enumerate(curve, start=1)),
    )


@pytest.mark.parametrize("loss", ["nan", "inf", "-inf"])
@pytest.mark.parametrize("last", [0.8, nan])
def test_what_diverged_late_comes_behind_what_others_stopped(loss: str, last: float) -> None:
    """With two objectives the last report is no number, with one it is the best accuracy so far."""
    study = optuna.create_study(direction="maximize")
    for trial in (
        ended(TrialState.PRUNED, [0.7, 0.8, last], f"the loss of epoch 3 is {loss}"),
        ended(TrialState.COMPLETE, [0.4, 0.5, 0.6, 0.7]),
        ended(TrialState.PRUNED, [0.6], "others did better by 2.0 points"),
        ended(TrialState.PRUNED, [0.5, 0.6]),
    ):
        study.add_trial(trial)
    assert [trial.number for trial in best_first(study.trials)] == [1, 3, 2, 0]
    assert [trial.number for trial in finalists(study, CONFIG)] == [1, 3, 2]


def test_what_diverged_is_better_than_nothing() -> None:
    study = optuna.create_study(direction="maximize")
    study.add_trial(ended(TrialState.PRUNED, [0.7, 0.8], "the loss of epoch 2 is nan"))
    study.add_trial(ended(TrialState.COMPLETE, [0.4]))
    assert [trial.number for trial in finalists(study, CONFIG)] == [1, 0]
