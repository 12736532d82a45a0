"""What became of trials; those that another program added with values that are no numbers."""

from __future__ import annotations

import json
from math import inf, nan
from pathlib import Path

import optuna
import pytest
from optuna.distributions import CategoricalDistribution
from optuna.trial import FrozenTrial

from hpo.console.status import status
from hpo.database.opening import open_storage
from hpo.storage.convergence import CONVERGED
from hpo.storage.finisher_claim import FINISHER
from hpo.storage.studies import open_study
from hpo.storage.workspace import Workspace, default_url
from hpo.study.definition import SamplerConfig, StopConfig, StudyConfig
from hpo.study.file import load_study
from hpo.study.space import parameters
from hpo.trials.budget import counts
from hpo.trials.expected_gain import expected_gain
from hpo.trials.outcome import accuracy_of, complete_trials, in_words, state_of
from hpo.trials.ranking import best_trials, front

STOP = StopConfig(gain=0.01, trials=2)
CONFIG = load_study("glyphs").model_copy(
    update={"stop": STOP, "sampler": SamplerConfig(name="random")}
)
TWO = CONFIG.model_copy(update={"second_objective": "parameters"})


def as_a_workers(*values: float) -> FrozenTrial:
    """A complete trial with everything that a worker stores."""
    space = parameters(CONFIG)
    return optuna.create_trial(
        values=values,
        params={p.name: p.values[0] for p in space},
        distributions={p.name: CategoricalDistribution([p.values[0]]) for p in space},
        user_attrs={"seed": 1, "seconds": 2.0, "parameters": 100},
        intermediate_values={1: 0.5},
    )


@pytest.mark.parametrize("values", [(inf,), (-inf,), (0.7, inf), (inf, -inf)])
def test_a_trial_with_an_infinite_value_failed(values: tuple[float, ...]) -> None:
    trial = optuna.create_trial(values=values)
    assert state_of(trial) == "failed"
    assert in_words(trial) == f"failed: its value is {next(v for v in values if abs(v) == inf)}"
    assert accuracy_of(trial) is None
    assert complete_trials([trial]) == []
    found = counts([trial, optuna.create_trial(value=0.5)])
    assert (found.done, found.complete, found.failed) == (1, 1, 1)


def test_a_network_that_cannot_exist_costs_infinitely_much_and_is_infeasible() -> None:
    trial = optuna.create_trial(values=[0.0, inf], constraints={"shortfall": 1.0})
    assert state_of(trial) == "infeasible"


@pytest.mark.parametrize("value", [inf, -inf])
def test_it_says_nothing_of_what_is_to_be_gained(value: float) -> None:
    trials = [optuna.create_trial(value=accuracy) for accuracy in (0.5, 0.6, 0.6, 0.6)]
    expected = expected_gain(trials, CONFIG)
    assert expected is not None
    assert expected_gain([*trials[:1], optuna.create_trial(value=value), *trials[1:]], CONFIG) == (
        expected
    )


def study_of(config: StudyConfig, folder: Path) -> optuna.Study:
    return open_study(config, open_storage(default_url(folder), create=True))


@pytest.mark.parametrize("values", [(0.7, inf), (inf, 5.0)])
def test_the_front_is_of_numbers(values: tuple[float, float], tmp_path: Path) -> None:
    study = study_of(TWO, tmp_path)
    study.add_trials([as_a_workers(0.5, 100.0), as_a_workers(*values)])
    assert [trial.number for trial in best_trials(study, TWO)] == [0]
    found = front(study, TWO)
    assert found is not None
    assert [trial.number for trial in found.trials] == [0]
    now = status(study, TWO, Workspace.of("glyphs", tmp_path))
    json.dumps(now.model_dump(mode="json"), allow_nan=False)


def test_what_others_stored_of_the_study_is_told_of_in_numbers(tmp_path: Path) -> None:
    study = study_of(CONFIG, tmp_path)
    study.add_trials([as_a_workers(0.5)])
    found = {"stop": STOP.model_dump(), "gain": nan, "trials": 4}
    study.set_user_attr(CONVERGED, found)
    left = {"spent": inf, "search": inf, "retraining": 1.0, "test": 1.0}
    study.set_user_attr(FINISHER, {"process": "elsewhere:1:x", "forecast": left})
    now = status(study, CONFIG, Workspace.of("glyphs", tmp_path))
    assert (now.converged, now.left) == (None, None)
    json.dumps(now.model_dump(mode="json"), allow_nan=False)
