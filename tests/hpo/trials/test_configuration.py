"""Which trials tell what they were trained with."""

from __future__ import annotations

import warnings
from typing import Any

import optuna
import pytest
from foreign_trials import FOREIGN, add_foreign_trials

from data.errors import InputError
from hpo.study.definition import StudyConfig
from hpo.study.file import load_study
from hpo.study.space import sample
from hpo.trials.attributes import TrialRecord
from hpo.trials.configuration import foreign_trials, own_trials, trial_config
from hpo.trials.ranking import best_trials, pareto_front


@pytest.fixture
def config() -> StudyConfig:
    return load_study("compact")


@pytest.fixture
def study(config: StudyConfig) -> optuna.Study:
    """Two trials of a worker's, then one of each kind of another program."""
    study = optuna.create_study(direction="maximize")
    for number in range(2):
        trial = study.ask()
        sample(trial, config, seed=number)
        TrialRecord(seed=number, parameters=100, seconds=3.0).save(trial)
        study.tell(trial, 0.5 + number / 10)
    add_foreign_trials(study)
    return study


def test_only_own_trials_are_the_best(study: optuna.Study, config: StudyConfig) -> None:
    assert len(study.trials) == 2 + len(FOREIGN)
    assert [trial.number for trial in best_trials(study, config)] == [1, 0]
    assert [trial.number for trial in best_trials(study, config, 1)] == [1]
    assert [trial.number for trial in pareto_front(study, config, "seconds")] == [1]
    assert [trial.number for trial in foreign_trials(study.trials, config)] == [2, 3, 4, 5, 6]
    # A failed one has nothing to pass over.
    assert [trial.number for trial in own_trials(study.trials, config)] == [0, 1, 7]


def test_a_forgotten_cost_is_no_other(study: optuna.Study, config: StudyConfig) -> None:
    cost: Any = "forgotten"
    with pytest.raises(AssertionError, match="forgotten"):
        pareto_front(study, config, cost)


def test_what_a_trial_lacks_is_one_line(study: optuna.Study, config: StudyConfig) -> None:
    assert trial_config(config, study.trials[1]).train.seed == 1
    for number, lack in ((2, "has no seed"), (4, "has no seed"), (5, "has no conv1.present")):
        lack = lack.replace("conv1.present", next(iter(study.trials[0].params)))
        with pytest.raises(InputError) as caught:
            trial_config(config, study.trials[number])
        assert str(caught.value) == (
            f"trial {number}: {lack}, so it was not made by a worker of this study"
        )


@pytest.mark.parametrize("value", [100_000, "many", None, True, float("nan")])
def test_a_value_outside_the_space_is_nobodys(
    value: object, study: optuna.Study, config: StudyConfig
) -> None:
    trial = study.trials[1]
    name = next(name for name in trial.params if name.endswith(".filters"))
    trial.params = trial.params | {name: value}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(InputError, match=f"its {name}, .*, is none of the search space"):
            trial_config(config, trial)


def test_a_record_reads_what_can_be_compared_and_summed() -> None:
    record = TrialRecord.read(
        {"seconds": float("inf"), "heartbeat": "2026-01-01T12:00:00", "seed": -1, "device": "cpu"}
    )
    assert record == TrialRecord(device="cpu")
    beat = "2026-01-01T12:00:00+00:00"
    assert TrialRecord.read({"heartbeat": beat}).heartbeat == beat
