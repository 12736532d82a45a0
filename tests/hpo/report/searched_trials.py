"""Trials of every kind, as a study holds them, of which a report tells."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.trial import FrozenTrial, TrialState

from hpo.study.file import load_study

COMPLETE, PRUNED = TrialState.COMPLETE, TrialState.PRUNED
RUNNING, FAIL = TrialState.RUNNING, TrialState.FAIL
SPACE = {
    "conv1.learning_rate": FloatDistribution(1e-4, 1e-1, log=True),
    "units": IntDistribution(32, 128, step=32),
    "optimiser": CategoricalDistribution(["sgd", "adam"]),
}
CONFIG = load_study("glyphs")
START = datetime(2026, 1, 1, 12)


def trial(
    number: int,
    state: TrialState,
    curve: tuple[float, ...] = (),
    infeasible: bool = False,
    **params: Any,  # noqa: ANN401
) -> FrozenTrial:
    """A trial as a study holds it, ten seconds long, by one of two workers."""
    start = START + timedelta(seconds=10 * (number // 2))
    values = {"conv1.learning_rate": 1e-3, "units": 64, "optimiser": "adam"} | params
    made = optuna.create_trial(
        state=state,
        value=max(curve, default=0.0) if state is COMPLETE else None,
        params={name: value for name, value in values.items() if value is not None},
        distributions={name: SPACE[name] for name, value in values.items() if value is not None},
        user_attrs={"worker": f"host:{number % 2}:1", "seed": number},
        intermediate_values=dict(enumerate(curve, start=1)),
        constraints={"shortfall": 3.0 if infeasible else 0.0},
    )
    made.number, made.datetime_start = number, start
    made.datetime_complete = None if state is RUNNING else start + timedelta(seconds=10)
    return made


MIXED = [
    trial(0, COMPLETE, (0.3, 0.5)),
    trial(1, PRUNED, (0.4,)),
    trial(2, COMPLETE, infeasible=True),
    trial(3, FAIL),
    trial(4, COMPLETE, (0.4, 0.6), optimiser="sgd"),
    trial(5, RUNNING, (0.45,), units=None),
]
