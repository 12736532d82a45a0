"""Trials as other programs add them to a study: without what a worker would store of them."""

from __future__ import annotations

import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution
from optuna.trial import TrialState

FOREIGN = (
    "no attributes",
    "no parameters, a value above all",
    "attributes of other kinds",
    "a seed, and other parameters",
    "pruned",
    "failed",
)


def add_foreign_trials(study: optuna.Study) -> list[int]:
    """Adds one of each kind; returns the numbers of those that have an accuracy."""
    first = len(study.get_trials(deepcopy=False))
    other = {"x": FloatDistribution(0, 9), "state": CategoricalDistribution(("<b>", "\ud800"))}
    params = {"x": 3.0, "state": "\ud800"}
    strange = {
        "seed": "seven",
        "seconds": float("inf"),
        "standard_error": "large",
        "worker": ["a", "b"],
        "heartbeat": "yesterday",
        "deaths": 3,
        "number": -1,
        "parameters": 1 << 80,
        "x": "an attribute, not the parameter",
    }
    for trial in (
        optuna.create_trial(value=0.9, params=params, distributions=other),
        optuna.create_trial(value=1e9),
        optuna.create_trial(value=0.95, params=params, distributions=other, user_attrs=strange),
        optuna.create_trial(
            value=0.96, params=params, distributions=other, user_attrs={"seed": 3, "seconds": 1.0}
        ),
        optuna.create_trial(
            state=TrialState.PRUNED, intermediate_values={1: 0.99, 7: float("inf")}
        ),
        optuna.create_trial(state=TrialState.FAIL, user_attrs=strange | {"error": 7}),
    ):
        study.add_trial(trial)
    return list(range(first, first + 5))
