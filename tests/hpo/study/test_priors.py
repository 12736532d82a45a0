"""Trials around priors: how many, how near, and that a sampler proposes all the rest."""

from collections.abc import Callable
from math import log10
from statistics import fmean, pstdev
from typing import Any

import optuna
import pytest
from optuna.trial import FrozenTrial

from data.errors import InputError
from hpo.study.definition import StudyConfig
from hpo.study.file import read_study
from hpo.study.narrowing import narrowed
from hpo.study.priors import SPREAD, share
from hpo.study.samplers import make_sampler
from hpo.study.space import parameters, sample

STARTUP = 8


def config_with(sampler: str = "random", priors: bool = True, seed: int = 0) -> StudyConfig:
    """A range, a range of logarithms, steps and choices, each with a prior, and a rate without."""

    def table(prior: object, **table: object) -> dict[str, object]:
        return table | ({"prior": prior} if priors else {})

    document: dict[str, Any] = {
        "name": "toy",
        "seed": seed,
        "trials": 100,
        "sampler": {"name": sampler, "startup_trials": STARTUP},
        "network": {
            "size": 28,
            "units": table(80, low=16, high=256, step=16),
            "convolutions": [{"filters": 4, "kernel": table(5, low=3, high=13)}],
        },
        "train": {
            "epochs": 1,
            "optimiser": table("sgd", choices=["adam", "sgd"]),
            "learning_rate": table(0.1, low=1e-4, high=1.0, log=True),
            "layers": {"learning_rate": 0.1, "momentum": {"low": 0.5, "high": 0.9}},
        },
    }
    return read_study(document, "test")


PRIORS = {"units": 80, "conv1.kernel": 5, "optimiser": "sgd", "learning_rate": 0.1}


def searched(
    config: StudyConfig, count: int, value: Callable[[dict[str, Any]], float] = lambda params: 0.0
) -> list[FrozenTrial]:
    study = optuna.create_study(direction="maximize")
    for number in range(count):
        study.sampler = make_sampler(config, number)
        trial = study.ask()
        sample(trial, config, seed=0)
        study.tell(trial, value(trial.params))
    return study.trials


@pytest.mark.parametrize("sampler", ["random", "tpe", "gp"])
def test_the_first_trial_takes_the_priors_and_the_sampler_proposes_the_rest(sampler: str) -> None:
    first = searched(config_with(sampler), 1)[0].params
    assert {name: first[name] for name in PRIORS} == PRIORS
    others = [value for name, value in first.items() if name not in PRIORS]
    assert len(set(others)) == len(others) == 3  # each layer's momentum, drawn at random


def is_around(config: StudyConfig, seed: int, number: int) -> bool:
    return hasattr(make_sampler(config.model_copy(update={"seed": seed}), number), "_drawn")


def test_how_many_trials_are_drawn_around_the_priors() -> None:
    """The first, half of the startup trials, then ever fewer."""
    config = config_with()
    assert all(is_around(config, seed, 0) for seed in range(5))
    for number in (1, STARTUP, 4 * STARTUP):
        drawn = fmean(is_around(config, seed, number) for seed in range(300))
        assert drawn == pytest.approx(share(number, STARTUP), abs=0.08)
    without = config_with(priors=False)
    assert not any(is_around(without, seed, 0) for seed in range(5))


def test_what_is_drawn_lies_around_the_prior_in_its_range() -> None:
    config = config_with()
    drawn = [make_sampler(config.model_copy(update={"seed": s}), 1) for s in range(800)]
    around = [s._drawn for s in drawn if hasattr(s, "_drawn")]
    assert 300 < len(around) < 500
    known = {p.name: p for p in parameters(config)}
    assert all(known[name].has(value) for params in around for name, value in params.items())
    rates = [log10(params["learning_rate"]) for params in around]
    assert pstdev(rates) < 4 * SPREAD  # four decades; cut off at the upper end, one from the prior
    assert fmean(rates) == pytest.approx(-1.2, abs=0.2)
    assert fmean(params["optimiser"] == "sgd" for params in around) == pytest.approx(0.75, abs=0.08)
    assert len({params["units"] for params in around}) > 5


def test_a_sampler_that_learns_goes_on_beside_priors() -> None:
    """The best rate is two decades from the prior: later proposals are there."""

    def value(params: dict[str, Any]) -> float:
        return 1 - abs(log10(params["learning_rate"]) + 3) / 4

    trials = searched(config_with("tpe"), 30, value)
    assert fmean(trial.values[0] for trial in trials[20:]) > 0.75
    again = searched(config_with("tpe"), 30, value)
    assert [trial.params for trial in again] == [trial.params for trial in trials]


@pytest.mark.parametrize("sampler", ["tpe", "gp"])
def test_what_a_sampler_has_learned_it_proposes_beside_priors(sampler: str) -> None:
    """After the startup trials, for the parameters that have none."""
    config = config_with(sampler)
    before = searched(config, STARTUP)
    seed = next(seed for seed in range(20) if is_around(config, seed, STARTUP))

    def proposed(priors: bool) -> dict[str, Any]:
        own, study = config_with(sampler, priors, seed), optuna.create_study()
        study.add_trials(before)
        study.sampler = make_sampler(own, STARTUP)
        trial = study.ask()
        sample(trial, own, seed=0)
        return {name: value for name, value in trial.params.items() if name not in PRIORS}

    assert proposed(priors=True) == proposed(priors=False)
    assert len(proposed(priors=True)) == 3


def test_a_narrowed_study_has_no_priors() -> None:
    study = config_with()
    best = [trial.params for trial in searched(study, 12)]
    document = narrowed(study, best, "smaller")
    assert all(p.prior is None for p in parameters(read_study(document, "test")))


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ({"low": 3, "high": 13, "prior": 14}, "prior 14 is none of the values of its range"),
        ({"low": 3, "high": 13, "step": 2, "prior": 4}, "prior 4 is none of the values of its"),
        ({"low": 3, "high": 13, "prior": 3.5}, "prior 3.5 is none of the values of its range"),
        ({"choices": [3, 5], "prior": 4}, "prior 4 is none of the choices"),
        ({"choices": [3, 5], "prior": True}, "prior true is none of the choices"),
    ],
)
def test_a_prior_must_be_a_value_of_its_parameter(table: dict[str, Any], expected: str) -> None:
    document = config_with().model_dump(mode="json", exclude_none=True)
    document["network"]["convolutions"][0]["kernel"] = table
    with pytest.raises(InputError, match=f"mine.toml: network.convolutions.0.kernel: {expected}"):
        read_study(document, "mine.toml")
