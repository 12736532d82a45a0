"""The dashboard's own figures, of studies whose answer is known."""

from __future__ import annotations

import optuna
import pytest
from optuna.distributions import FloatDistribution
from optuna.trial import TrialState

from hpo.plots import accuracy_against_seconds, importance, learning_rates

RATE = FloatDistribution(1e-3, 1.0, log=True)
LAYERS = ("conv1", "output")


@pytest.fixture
def study() -> optuna.Study:
    """40 trials, better the larger conv1's learning rate is; every fourth one pruned."""
    study = optuna.create_study(direction="maximize")
    for number in range(40):
        rate = 10 ** (-3 * number / 40)
        params = {
            "conv1.learning_rate": rate,
            "output.learning_rate": 10 ** -((number * 7 % 40) / 15),
        }
        params["units"] = float(number * 11 % 40) / 40 + 0.001
        value, pruned = 1 - number / 50, number % 4 == 3
        study.add_trial(
            optuna.create_trial(
                state=TrialState.PRUNED if pruned else TrialState.COMPLETE,
                value=None if pruned else value,
                params=params,
                distributions=dict.fromkeys(params, RATE),
                intermediate_values={1: value - 0.1},
                user_attrs={"seconds": 10.0 + number},
            )
        )
    return study


def test_accuracy_against_seconds(study: optuna.Study) -> None:
    complete, pruned, edge = accuracy_against_seconds(study).data
    assert (len(complete.x), len(pruned.x)) == (30, 10)
    assert (complete.x[0], complete.y[0], complete.text[0]) == (10, 100, "trial 0")
    assert (pruned.x[0], pruned.y[0], pruned.text[0]) == (13, 84, "trial 3")
    # The first one was the fastest and the best.
    assert (edge.x, edge.y) == ((10,), (100,))


def test_learning_rates_of_the_best_quarter(study: optuna.Study) -> None:
    best, rest = learning_rates(study).data
    assert (best.name, rest.name) == ("the best quarter (8)", "the rest (32)")
    of_conv1 = [(x, y) for x, y in zip(best.x, best.y, strict=True) if x < 0.5]
    assert [round(x) for x, _ in of_conv1] == [0] * 8
    of_rest = [y for x, y in zip(rest.x, rest.y, strict=True) if x < 0.5]
    # Of the best ones all are at the range's upper end.
    assert sum(y >= min(y for _, y in of_conv1) for y in of_rest) <= 2


def test_importance_by_layer_and_by_kind(study: optuna.Study) -> None:
    by_layer, by_kind = importance(study).data
    layers = dict(zip(by_layer.y, by_layer.x, strict=True))
    kinds = dict(zip(by_kind.y, by_kind.x, strict=True))
    assert layers.keys() == {*LAYERS, "whole network"}
    assert kinds.keys() == {"learning rate", "units"}
    assert sum(layers.values()) == pytest.approx(1, abs=0.01)
    assert sum(kinds.values()) == pytest.approx(1, abs=0.01)
    assert layers["conv1"] > 0.5
    assert kinds["learning rate"] == pytest.approx(layers["conv1"] + layers["output"], abs=0.01)


def test_networks_that_cannot_exist_say_nothing(study: optuna.Study) -> None:
    before = importance(study).data[0].x
    for number in range(30):
        params = {"conv1.learning_rate": 0.9, "output.learning_rate": 0.5, "units": 0.5}
        trial = optuna.create_trial(
            value=0.0,
            params=params,
            distributions=dict.fromkeys(params, RATE),
            constraints={"shortfall": 1.0 + number},
        )
        study.add_trial(trial)
    assert importance(study).data[0].x == before
    assert len(accuracy_against_seconds(study).data[0].x) == 30
