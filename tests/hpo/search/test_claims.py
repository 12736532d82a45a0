"""Whose a trial is: taken once, given back, taken over from the dead, lost by the sleeping."""

import os
import socket
from pathlib import Path

import optuna
import pytest
from optuna.trial import TrialState

import hpo.search.dead_workers
from hpo.runtime.process_identity import this_process
from hpo.search.claims import TrialLost, give_back, still_mine, take_trial
from hpo.search.dead_workers import GRACE, HEARTBEAT, Watch, take_over
from hpo.search.heartbeat import beat
from hpo.storage.database import open_storage
from hpo.storage.studies import open_study
from hpo.storage.workspace import default_url
from hpo.study.definition import StudyConfig
from hpo.study.file import load_study


@pytest.fixture
def config() -> StudyConfig:
    return load_study("glyphs").model_copy(update={"trials": 3, "retries": 2})


@pytest.fixture
def study(config: StudyConfig, tmp_path: Path) -> optuna.Study:
    return open_study(config, open_storage(default_url(tmp_path), create=True))


def taken(study: optuna.Study, config: StudyConfig) -> optuna.Trial:
    trial = take_trial(study, config, study.get_trials())
    assert trial is not None
    return trial


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


def test_a_trial_whose_workers_die_without_progress_fails_at_last(
    study: optuna.Study, config: StudyConfig
) -> None:
    trial = taken(study, config)

    def dies(pid: int) -> None:
        trial.set_user_attr("worker", f"elsewhere:{pid}:2")
        take_over(study, study.trials[0], config)

    for epoch in (1, 2):
        trial.report(0.1, epoch)
        for pid in range(2):
            dies(pid)
            assert study.trials[0].state is TrialState.WAITING
            assert taken(study, config).number == 0
    dies(2)
    failed = study.trials[0]
    assert failed.state is TrialState.FAIL
    assert failed.user_attrs["failure"] == "WorkerDied"
    assert failed.user_attrs["error"] == "3 workers died with it, one after the other"


def test_only_one_of_those_who_notice_takes_over(study: optuna.Study, config: StudyConfig) -> None:
    taken(study, config)
    seen = study.trials[0]
    study._storage.set_trial_user_attr(seen._trial_id, "worker", "elsewhere:1:2")
    take_over(study, seen, config)  # it is another's since
    assert study.trials[0].state is TrialState.RUNNING
    assert "deaths" not in study.trials[0].user_attrs


def test_who_notices_late_takes_nothing_from_the_living(
    study: optuna.Study, config: StudyConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look and the write, another made the trial wait, and a third took it."""
    taken(study, config).set_user_attr("worker", "elsewhere:1:2")
    seen = study.trials[0]
    take_over(study, seen, config)
    assert study.trials[0].state is TrialState.WAITING
    taken(study, config)
    monkeypatch.setattr(study._storage, "get_trial", lambda trial_id: seen)
    take_over(study, seen, config)
    monkeypatch.undo()
    now = study.trials[0]
    assert now.state is TrialState.RUNNING
    assert now.user_attrs["worker"] == this_process()


@pytest.mark.parametrize("named", [True, False])
def test_a_trial_whose_worker_died_before_it_gave_its_name_waits_again(
    named: bool, study: optuna.Study, config: StudyConfig
) -> None:
    study.enqueue_trial({}, user_attrs={"worker": ""} if named else None)
    study._storage.set_trial_state_values(study.trials[0]._trial_id, TrialState.RUNNING)
    take_over(study, study.trials[0], config)
    assert study.trials[0].state is TrialState.WAITING


def test_without_a_database_the_operations_of_optuna_do(config: StudyConfig) -> None:
    """As behind its proxy."""
    study = optuna.create_study(storage=optuna.storages.InMemoryStorage())
    trial = taken(study, config)
    trial.set_user_attr("worker", "elsewhere:1:2")
    give_back(study, trial)
    assert study.trials[0].state is TrialState.RUNNING
    take_over(study, study.trials[0], config)
    assert study.trials[0].state is TrialState.WAITING
    assert study.trials[0].user_attrs["worker"] == ""


def test_a_finished_trial_keeps_its_worker(study: optuna.Study, config: StudyConfig) -> None:
    trial = taken(study, config)
    study.tell(trial, 0.5)
    give_back(study, trial)
    assert study.trials[0].state is TrialState.COMPLETE
    assert study.trials[0].user_attrs["worker"] == this_process()


@pytest.mark.parametrize(
    ("worker", "dead"),
    [
        (f"{socket.gethostname()}:{os.getpid()}:1", True),  # the number, but an earlier process
        (f"{socket.gethostname()}:999999999:1", True),
        (f"{socket.gethostname()}:1:{{start}}", False),  # process 1 lives
        ("elsewhere:999999999:1", False),
        ("", False),
    ],
    ids=["another has its number", "no such process", "it lives", "elsewhere", "no name"],
)
def test_a_dead_process_of_this_machine_is_noticed_at_once(
    worker: str, dead: bool, study: optuna.Study, config: StudyConfig
) -> None:
    stat = Path("/proc/1/stat")
    start = stat.read_text().rpartition(")")[2].split()[19] if stat.exists() else ""
    taken(study, config).set_user_attr("worker", worker.format(start=start))
    assert bool(Watch().dead(study.trials)) == dead


def test_silence_is_noticed_and_only_while_one_listens(
    study: optuna.Study, config: StudyConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(hpo.search.dead_workers.time, "monotonic", lambda: now)
    trial = taken(study, config)
    trial.set_user_attr("worker", "elsewhere:1:2")
    watch = Watch()

    def listen(seconds: float, beating: bool = False) -> bool:
        """Whether the worker is taken for dead at some time within so many seconds."""
        nonlocal now
        end = now + seconds
        while now < end:
            now += HEARTBEAT
            if beating:
                trial.set_user_attr("heartbeat", str(now))
            if watch.dead(study.trials):
                return True
        return False

    assert not listen(5 * GRACE, beating=True)
    assert not listen(GRACE)
    trial.report(0.5, 1)  # an epoch is a sign of life too
    assert not listen(GRACE)
    now += 100 * GRACE  # this worker slept, or the database was away
    assert not listen(GRACE)
    assert listen(3 * HEARTBEAT)


def test_a_heartbeat_is_kept_and_one_too_late_does_no_harm(
    study: optuna.Study, config: StudyConfig
) -> None:
    trial = taken(study, config)
    beat(trial)
    assert study.trials[0].user_attrs["heartbeat"].endswith("+00:00")
    study.tell(trial, 0.5)
    before = study.trials[0]
    beat(trial)
    assert study.trials[0] == before
