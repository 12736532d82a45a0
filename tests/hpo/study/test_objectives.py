"""What a study's trials are judged by, as its file says it."""

from __future__ import annotations

from typing import Any

import pytest
from optuna.samplers import GPSampler, NSGAIISampler, RandomSampler, TPESampler

from data.errors import InputError
from hpo.study.definition import StudyConfig
from hpo.study.file import load_study, read_study
from hpo.study.objectives import directions, metric_names
from hpo.study.samplers import make_sampler


def config_with(**changes: Any) -> StudyConfig:  # noqa: ANN401
    document = load_study("glyphs").unchangeable() | {"trials": 3, "pruner": {"name": "none"}}
    return read_study(document | changes, "mine.toml")


def test_accuracy_alone_or_against_a_cost() -> None:
    alone, against = config_with(), config_with(second_objective="seconds")
    assert directions(alone) == ["maximize"]
    assert directions(against) == ["maximize", "minimize"]
    assert metric_names(against) == ["one-shot validation accuracy", "seconds of training"]
    assert "second_objective" not in alone.unchangeable()  # as in studies that are older than it
    assert against.unchangeable()["second_objective"] == "seconds"


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        (
            {"second_objective": "memory"},
            "second_objective: should be 'parameters' or 'seconds', not 'memory'",
        ),
        (
            {"second_objective": "seconds", "pruner": {"name": "median"}},
            "pruner.name: should be 'none', not 'median': pruners compare trials by accuracy"
            " alone, and there is a second_objective",
        ),
        (
            {"second_objective": "seconds", "sampler": {"name": "additive"}},
            "sampler.name: should be 'tpe', 'gp', 'nsga2' or 'random', not 'additive': there is a"
            " second_objective",
        ),
        (
            {"sampler": {"name": "nsga2"}},
            "sampler.name: 'nsga2' needs a second_objective, which is not set",
        ),
        (
            {"second_objective": "seconds", "lockstep": 2},
            "lockstep: should not be set, as with second_objective 'seconds' no search can repeat",
        ),
        (
            {"second_objective": "parameters", "lockstep": 2, "sampler": {"name": "nsga2"}},
            "lockstep: should not be set, as with sampler 'nsga2' no search can repeat",
        ),
        (
            {"constraints": {"seconds": 60}, "lockstep": 2},
            "lockstep: should not be set, as with constraints.seconds no search can repeat",
        ),
    ],
)
def test_what_does_not_go_together_is_one_line(changes: dict[str, Any], line: str) -> None:
    with pytest.raises(InputError) as caught:
        config_with(**changes)
    assert str(caught.value) == f"mine.toml: {line}"


@pytest.mark.parametrize(
    ("name", "kind"),
    [("tpe", TPESampler), ("gp", GPSampler), ("nsga2", NSGAIISampler), ("random", RandomSampler)],
)
def test_samplers_of_two_objectives(name: str, kind: type) -> None:
    config = config_with(second_objective="parameters", sampler={"name": name, "startup_trials": 1})
    assert isinstance(make_sampler(config, 0), kind)
