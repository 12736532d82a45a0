"""The dashboard's own figures, of studies whose answer is known."""

from __future__ import annotations

import optuna
import pytest
from optuna.distributions import FloatDistribution
from optuna.trial import TrialState

from hpo.dashboard.plots import accuracy_against_seconds, importance, learning_rates
from hpo.trials.importance import importances

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
        params["units"] = float(number * 17 % 40) / 40 + 0.001
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
    figure = importance(study)
    assert figure is not None
    shares = [dict(zip(part.y, part.x, strict=True)) for part in figure.data]
    (layers, others_layers), (kinds, others_kinds) = shares[:2], shares[2:]
    assert layers.keys() == others_layers.keys() == {*LAYERS, "whole network"}
    assert kinds.keys() == others_kinds.keys() == {"learning rate", "units"}
    assert sum(sum(group.values()) for group in shares[:2]) == pytest.approx(100, abs=0.1)
    assert sum(sum(group.values()) for group in shares[2:]) == pytest.approx(100, abs=0.1)
    # The same are above chance as in the report.
    found = importances(study.get_trials())
    assert found is not None
    assert "conv1.learning_rate" in found.clear
    assert "output.learning_rate" not in found.clear
    conv1, units = (100 * found.shares[name] for name in ("conv1.learning_rate", "units"))
    units = units if "units" in found.clear else 0
    assert layers == pytest.approx({"conv1": conv1, "output": 0, "whole network": units}, abs=0.1)
    assert kinds == pytest.approx({"learning rate": conv1, "units": units}, abs=0.1)


def test_a_study_of_few_trials_has_no_importances(study: optuna.Study) -> None:
    few = optuna.create_study(direction="maximize")
    few.add_trials(study.get_trials()[:9])
    assert importance(few) is None


def test_networks_that_cannot_exist_say_nothing(study: optuna.Study) -> None:
    before = importances(study.get_trials())
    for number in range(30):
        params = {"conv1.learning_rate": 0.9, "output.learning_rate": 0.5, "units": 0.5}
        trial = optuna.create_trial(
            value=0.0,
            params=params,
            distributions=dict.fromkeys(params, RATE),
            constraints={"shortfall": 1.0 + number},
        )
        study.add_trial(trial)
    assert importances(study.get_trials()) == before
    assert len(accuracy_against_seconds(study).data[0].x) == 30
