"""The database did as it was told, and the answer was lost: what was asked for is done once."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import optuna
import pytest
from optuna.distributions import FloatDistribution
from optuna.exceptions import UpdateFinishedTrialError
from optuna.trial import TrialState
from sqlalchemy import event

from benchmarks.chaos.faulty_proxy import FaultyProxy
from hpo.database.opening import open_storage
from hpo.database.parameter_batch import parameters_together
from hpo.runtime.process_identity import this_process
from hpo.search.claims import give_back, release_mine, take_trial
from hpo.storage.studies import open_study
from hpo.study.definition import StudyConfig
from hpo.study.file import load_study


@pytest.fixture
def config() -> StudyConfig:
    return load_study("glyphs").model_copy(update={"trials": 3})


@pytest.fixture
def study(config: StudyConfig, behind: str) -> Iterator[optuna.Study]:
    storage = open_storage(behind, create=True)
    yield open_study(config, storage)
    storage.disconnect()


def taken(study: optuna.Study, config: StudyConfig) -> optuna.Trial:
    trial = take_trial(study, config, study.get_trials())
    assert trial is not None
    return trial


@pytest.mark.parametrize("losses", [1, 3])
def test_a_trial_is_made_once(
    losses: int, study: optuna.Study, config: StudyConfig, faults: FaultyProxy
) -> None:
    faults.lose_answers(losses)
    trial = taken(study, config)
    assert faults.lost == losses
    assert [(t.number, t.state) for t in study.trials] == [(0, TrialState.RUNNING)]
    assert trial.number == 0
    with parameters_together(trial):
        trial.suggest_float("rate", 0, 1)
    trial.suggest_float("later", 0, 1)
    study.tell(trial, 0.5)
    assert taken(study, config).number == 1


def test_a_trial_that_was_made_and_taken_over_meanwhile_is_anothers(
    study: optuna.Study,
    config: StudyConfig,
    faults: FaultyProxy,
    postgres: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = optuna.load_study(study_name=study.study_name, storage=postgres)
    sleep = time.sleep

    def look(seconds: float) -> None:
        """This worker's second thread, between two attempts of the first."""
        sleep(seconds)
        if threading.current_thread() is threading.main_thread():
            assert [trial.value for trial in study.get_trials(deepcopy=False)] == [0.5]

    def finish_it(error: object) -> None:
        (made,) = other.trials
        other._storage.set_trial_user_attr(made._trial_id, "worker", "elsewhere:1:2")
        other.tell(0, 0.5)

    database = study._storage.database  # type: ignore[attr-defined]
    event.listen(database.engine, "handle_error", finish_it, once=True)
    trials = study.get_trials()
    monkeypatch.setattr("optuna.storages._rdb.storage.time.sleep", look)
    faults.lose_answers()
    assert take_trial(study, config, trials) is None
    assert [(t.number, t.state, t.value) for t in study.trials] == [(0, TrialState.COMPLETE, 0.5)]
    other._storage.remove_session()


def test_a_queued_trial_is_queued_once(study: optuna.Study, faults: FaultyProxy) -> None:
    faults.lose_answers()
    study.enqueue_trial({"rate": 0.5})
    assert [t.system_attrs["fixed_params"] for t in study.trials] == [{"rate": 0.5}]


def test_a_waiting_trial_is_taken(
    study: optuna.Study, config: StudyConfig, faults: FaultyProxy
) -> None:
    study.enqueue_trial({"rate": 0.5})
    faults.lose_answers()
    assert taken(study, config).number == 0
    assert faults.lost == 1
    (trial,) = study.trials
    assert trial.state is TrialState.RUNNING
    assert trial.user_attrs["worker"] == this_process()
    assert trial.datetime_start is not None


@pytest.mark.parametrize("state", [TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL])
def test_a_trial_is_told(
    state: TrialState, study: optuna.Study, config: StudyConfig, faults: FaultyProxy
) -> None:
    trial = taken(study, config)
    trial.report(0.25, 1)
    faults.lose_answers()
    told = study.tell(trial, 0.5 if state is TrialState.COMPLETE else None, state=state)
    assert faults.lost == 1
    assert told.state is state


def test_what_another_told_in_the_meantime_is_refused(
    study: optuna.Study, config: StudyConfig, faults: FaultyProxy, postgres: str
) -> None:
    number = taken(study, config)._trial_id
    other = optuna.load_study(study_name=study.study_name, storage=postgres)
    other.tell(0, 0.75)
    other._storage.remove_session()
    faults.reset()
    with pytest.raises(UpdateFinishedTrialError):
        study._storage.set_trial_state_values(number, TrialState.COMPLETE, [0.5])


def test_a_trial_given_back_waits(
    study: optuna.Study, config: StudyConfig, faults: FaultyProxy
) -> None:
    trial = taken(study, config)
    faults.lose_answers()
    give_back(study, trial)
    assert faults.lost == 1
    (waiting,) = study.trials
    assert (waiting.state, waiting.user_attrs["worker"]) == (TrialState.WAITING, "")


def test_what_belongs_to_a_trial_or_a_study_is_written(
    study: optuna.Study, config: StudyConfig, faults: FaultyProxy
) -> None:
    trial = taken(study, config)
    storage, number = study._storage, trial._trial_id
    writes = [
        lambda: trial.set_user_attr("seed", 7),
        lambda: storage.set_trial_system_attr(number, "note", "a"),
        lambda: trial.report(0.5, 1),
        lambda: storage.set_trial_param(number, "rate", 0.5, FloatDistribution(0, 1)),
        lambda: study.set_user_attr("key", "b"),
        lambda: storage.set_study_system_attr(study._study_id, "key", "c"),
    ]
    for write in writes:
        faults.lose_answers()
        write()
    assert faults.lost == len(writes)
    (found,) = study.trials
    assert (found.user_attrs["seed"], found.system_attrs["note"]) == (7, "a")
    assert (found.intermediate_values, found.params) == ({1: 0.5}, {"rate": 0.5})
    assert study.user_attrs["key"] == "b"
    assert storage.get_study_system_attrs(study._study_id)["key"] == "c"


def test_a_study_is_made_and_removed_once(behind: str, faults: FaultyProxy) -> None:
    storage = open_storage(behind, create=True)
    faults.lose_answers()
    study = optuna.create_study(storage=storage, study_name="s", load_if_exists=True)
    faults.lose_answers()
    optuna.delete_study(study_name="s", storage=storage)
    assert faults.lost == 2
    assert storage.get_all_studies() == []
    with pytest.raises(KeyError):
        storage.delete_study(study._study_id)
    storage.disconnect()


def test_a_trial_in_my_name_that_i_do_not_run_waits_again(
    study: optuna.Study, config: StudyConfig
) -> None:
    taken(study, config)
    taken(study, config).set_user_attr("worker", "elsewhere:1:2")
    assert release_mine(study, study.trials)
    assert [t.state for t in study.trials] == [TrialState.WAITING, TrialState.RUNNING]
    assert not release_mine(study, study.trials)
