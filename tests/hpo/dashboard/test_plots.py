"""The dashboard's own figures, of studies whose answer is known."""

from __future__ import annotations

import optuna
import pytest
from optuna.trial import FrozenTrial, TrialState

from hpo.dashboard.plots import accuracy_against_seconds, importance, learning_rates
from hpo.study.definition import StudyConfig
from hpo.study.file import read_study
from hpo.study.space import sample
from hpo.trials.attributes import TrialRecord
from hpo.trials.importance import importances

STUDY = {
    "name": "rates",
    "trials": 40,
    "network": {
        "size": 14,
        "units": {"low": 1, "high": 40},
        "convolutions": [
            {"filters": 4, "kernel": 3, "pool": True},
            {"filters": 4, "kernel": 3, "present": {"choices": [True, False]}},
        ],
    },
    "train": {
        "learning_rate": {"low": 1e-3, "high": 1.0, "log": True},
        "layers": [
            {"learning_rate": {"low": 1e-3, "high": 1.0, "log": True}},
            {"learning_rate": 0.5},
            {"learning_rate": 1.0},
            {"learning_rate": {"low": 1e-3, "high": 1.0, "log": True}},
        ],
    },
}
LAYERS = ("conv1", "conv2", "output")
"""With parameters of their own: a learning rate, or whether it is present."""


@pytest.fixture
def config() -> StudyConfig:
    return read_study(STUDY, "test")


@pytest.fixture
def trials(config: StudyConfig) -> list[FrozenTrial]:
    """40 trials, better the larger conv1's learning rate is; every fourth one pruned."""
    study = optuna.create_study(direction="maximize")
    for number in range(40):
        study.enqueue_trial(
            {
                "conv1.learning_rate": 10 ** (-3 * number / 40),
                "output.learning_rate": 10 ** -((number * 7 % 40) / 15),
                "learning_rate": 10 ** -((number * 11 % 40) / 15),
                "conv2.present": number % 3 > 0,
                "units": number * 17 % 40 + 1,
            }
        )
        trial = study.ask()
        sample(trial, config, seed=number)
        TrialRecord(seed=number, seconds=10.0 + number).save(trial)
        value, pruned = 1 - number / 50, number % 4 == 3
        trial.report(value - 0.1, 1)
        if pruned:
            study.tell(trial, state=TrialState.PRUNED)
        else:
            study.tell(trial, value)
    return study.get_trials()


def test_accuracy_against_seconds(trials: list[FrozenTrial]) -> None:
    complete, pruned, edge = accuracy_against_seconds(trials).data
    assert (len(complete.x), len(pruned.x)) == (30, 10)
    assert (complete.x[0], complete.y[0], complete.text[0]) == (10, 100, "trial 0")
    assert (pruned.x[0], pruned.y[0], pruned.text[0]) == (13, 84, "trial 3")
    # The first one was the fastest and the best.
    assert (edge.x, edge.y) == ((10,), (100,))


def test_learning_rates_of_the_best_quarter(trials: list[FrozenTrial], config: StudyConfig) -> None:
    best, rest = learning_rates(trials, config).data
    assert (best.name, rest.name) == ("the best quarter (8)", "the rest (32)")
    of_conv1 = [(x, y) for x, y in zip(best.x, best.y, strict=True) if x < 0.5]
    assert [round(x) for x, _ in of_conv1] == [0] * 8
    of_rest = [y for x, y in zip(rest.x, rest.y, strict=True) if x < 0.5]
    assert len(of_rest) == 32
    # What a layer is trained with, not the factor that is searched.
    by_number = {trial.number: trial.params for trial in trials}
    drawn = 0
    for group in (best, rest):
        for x, y, text in zip(group.x, group.y, group.text, strict=True):
            params = by_number[int(text.removeprefix("trial "))]
            factors = (params["conv1.learning_rate"], 0.5, 1.0, params["output.learning_rate"])
            assert y == pytest.approx(params["learning_rate"] * factors[round(x)], rel=1e-3)
            assert round(x) != 1 or params["conv2.present"]
            drawn += 1
    assert drawn == 3 * 40 + sum(params["conv2.present"] for params in by_number.values())
    ticks = learning_rates(trials, config).layout.xaxis.ticktext
    assert ticks == ("conv1", "conv2", "embedding", "output")


def test_importance_by_layer_and_by_kind(trials: list[FrozenTrial], config: StudyConfig) -> None:
    figure = importance(trials, config)
    assert figure is not None
    shares = [dict(zip(part.y, part.x, strict=True)) for part in figure.data]
    (layers, others_layers), (kinds, others_kinds) = shares[:2], shares[2:]
    assert layers.keys() == others_layers.keys() == {*LAYERS, "whole network"}
    assert (
        kinds.keys()
        == others_kinds.keys()
        == {
            "learning rate factor",
            "learning rate",
            "present",
            "units",
        }
    )
    assert sum(sum(group.values()) for group in shares[:2]) == pytest.approx(100, abs=0.1)
    assert sum(sum(group.values()) for group in shares[2:]) == pytest.approx(100, abs=0.1)
    # The same are above chance as in the report.
    found = importances(trials)
    assert found is not None
    assert "conv1.learning_rate" in found.clear
    assert "output.learning_rate" not in found.clear
    clear = {name: 100 * found.shares[name] for name in found.clear}
    whole = clear.get("units", 0) + clear.get("learning_rate", 0)
    present = clear.get("conv2.present", 0)
    of_layers = {"conv1": clear["conv1.learning_rate"], "conv2": present, "output": 0}
    assert layers == pytest.approx(of_layers | {"whole network": whole}, abs=0.1)
    assert kinds["learning rate factor"] == pytest.approx(clear["conv1.learning_rate"], abs=0.1)
    assert kinds["learning rate"] == pytest.approx(clear.get("learning_rate", 0), abs=0.1)


def test_a_study_of_few_trials_has_no_importances(
    trials: list[FrozenTrial], config: StudyConfig
) -> None:
    assert importance(trials[:9], config) is None


def test_networks_that_cannot_exist_say_nothing(
    trials: list[FrozenTrial],
) -> None:
    infeasible = [
        optuna.create_trial(
            value=0.0,
            params=trials[0].params,
            distributions=trials[0].distributions,
            constraints={"shortfall": 1.0 + number},
        )
        for number in range(30)
    ]
    assert importances([*trials, *infeasible]) == importances(trials)
    assert len(accuracy_against_seconds([*trials, *infeasible]).data[0].x) == 30
