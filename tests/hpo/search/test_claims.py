"""Whose a trial is: taken once, given back, lost by the sleeping."""

import optuna
import pytest
from optuna.trial import TrialState
from taking import taken

from hpo.runtime.process_identity import this_process
from hpo.search.claims import TrialLost, give_back, still_mine, take_trial
from hpo.search.dead_workers import release_or_fail
from hpo.study.definition import StudyConfig


def test_as_many_trials_as_the_budget_has_are_taken_and_no_more(
    study: optuna.Study, config: StudyConfig
) -> None:
    trials = [taken(study, config) for _ in range(3)]
    assert [trial.number for trial in trials] == [0, 1, 2]
    assert take_trial(study, config, study.get_trials()) is None
    assert len(study.trials) == 3
    study.tell(trials[1], state=TrialState.FAIL)
    assert taken(study, config).number == 3
    assert {t.user_attrs["worker"] for t in study.trials} == {this_process()}


def test_who_lost_a_trial_notices_and_does_not_give_it_back(
    study: optuna.Study, config: StudyConfig
) -> None:
    trial = taken(study, config)
    still_mine(trial)
    study._storage.set_trial_user_attr(trial._trial_id, "worker", "elsewhere:1:2")
    with pytest.raises(TrialLost):
        still_mine(trial)
    give_back(study, trial)
    assert study.trials[0].state is TrialState.RUNNING
    trial.set_user_attr("worker", this_process())
    give_back(study, trial)
    assert study.trials[0].state is TrialState.WAITING
    with pytest.raises(TrialLost):
        still_mine(trial)


def test_without_a_database_the_operations_of_optuna_do(config: StudyConfig) -> None:
    """As behind its proxy."""
    study = optuna.create_study(storage=optuna.storages.InMemoryStorage())
    trial = taken(study, config)
    trial.set_user_attr("worker", "elsewhere:1:2")
    give_back(study, trial)
    assert study.trials[0].state is TrialState.RUNNING
    release_or_fail(study, study.trials[0], config)
    assert study.trials[0].state is TrialState.WAITING
    assert study.trials[0].user_attrs["worker"] == ""


def test_a_finished_trial_keeps_its_worker(study: optuna.Study, config: StudyConfig) -> None:
    trial = taken(study, config)
    study.tell(trial, 0.5)
    give_back(study, trial)
    assert study.trials[0].state is TrialState.COMPLETE
    assert study.trials[0].user_attrs["worker"] == this_process()
