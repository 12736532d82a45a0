"""A dead worker's trial: noticed, taken over by one, failed after too many deaths."""

import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from subprocess import PIPE

import optuna
import pytest
from optuna.trial import TrialState
from taking import taken

import hpo.search.dead_workers
from hpo.runtime.process_identity import this_process
from hpo.search.dead_workers import GRACE, HEARTBEAT, Watch, release_or_fail
from hpo.study.definition import StudyConfig

PROJECT = Path(__file__).parents[3]


def test_a_trial_whose_workers_die_without_progress_fails_at_last(
    study: optuna.Study, config: StudyConfig
) -> None:
    trial = taken(study, config)

    def dies(pid: int) -> None:
        trial.set_user_attr("worker", f"elsewhere:{pid}:2")
        release_or_fail(study, study.trials[0], config)

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
    release_or_fail(study, seen, config)  # it is another's since
    assert study.trials[0].state is TrialState.RUNNING
    assert "deaths" not in study.trials[0].user_attrs


def test_who_notices_late_takes_nothing_from_the_living(
    study: optuna.Study, config: StudyConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look and the write, another made the trial wait, and a third took it."""
    taken(study, config).set_user_attr("worker", "elsewhere:1:2")
    seen = study.trials[0]
    release_or_fail(study, seen, config)
    assert study.trials[0].state is TrialState.WAITING
    taken(study, config)
    monkeypatch.setattr(study._storage, "get_trial", lambda trial_id: seen)
    release_or_fail(study, seen, config)
    monkeypatch.undo()
    now = study.trials[0]
    assert now.state is TrialState.RUNNING
    assert now.user_attrs["worker"] == this_process()


def test_who_notices_late_that_a_trial_has_ended_changes_nothing(
    study: optuna.Study, config: StudyConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial = taken(study, config)
    trial.set_user_attr("worker", "elsewhere:1:2")
    seen = study.trials[0]
    study.tell(trial, 0.5)
    ended = study.trials[0]
    monkeypatch.setattr(study._storage, "get_trial", lambda trial_id: seen)
    release_or_fail(study, seen, config)
    monkeypatch.undo()
    assert study.trials[0] == ended


@pytest.mark.parametrize("named", [True, False])
def test_a_trial_whose_worker_died_before_it_gave_its_name_waits_again(
    named: bool, study: optuna.Study, config: StudyConfig
) -> None:
    study.enqueue_trial({}, user_attrs={"worker": ""} if named else None)
    study._storage.set_trial_state_values(study.trials[0]._trial_id, TrialState.RUNNING)
    release_or_fail(study, study.trials[0], config)
    assert study.trials[0].state is TrialState.WAITING


@pytest.mark.parametrize(
    ("worker", "dead"),
    [
        ("{killed}", True),
        ("{living}", False),
        (f"{socket.gethostname()}:999999999:1", False),  # as earlier versions wrote it
        ("elsewhere:999999999:1", False),
        ("", False),
    ],
    ids=["killed", "it lives", "an old name", "elsewhere", "no name"],
)
def test_a_dead_process_of_this_machine_is_noticed_at_once(
    worker: str, dead: bool, study: optuna.Study, config: StudyConfig
) -> None:
    program = "from hpo.runtime.process_identity import *; print(this_process(), flush=True)"
    command = [sys.executable, "-c", f"{program}; input()"]
    names = {}
    processes = [
        subprocess.Popen(command, cwd=PROJECT, stdin=PIPE, stdout=PIPE, text=True) for _ in range(2)
    ]
    for name, process in zip(("killed", "living"), processes, strict=True):
        assert process.stdout is not None
        names[name] = process.stdout.readline().strip()
    processes[0].kill()
    processes[0].communicate()
    taken(study, config).set_user_attr("worker", worker.format(**names))
    assert bool(Watch().dead(study.trials)) == dead
    processes[1].communicate("\n")


def test_a_silent_worker_of_an_earlier_version_is_taken_for_dead(
    study: optuna.Study, config: StudyConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken(study, config).set_user_attr("worker", f"{socket.gethostname()}:999999999:1")
    now = 1000.0
    monkeypatch.setattr(hpo.search.dead_workers.time, "monotonic", lambda: now)
    watch, looks = Watch(), 0
    while not (dead := watch.dead(study.trials)):
        now += HEARTBEAT
        looks += 1
    assert looks * HEARTBEAT == GRACE + HEARTBEAT
    release_or_fail(study, dead[0], config)
    assert study.trials[0].state is TrialState.WAITING


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
                trial.set_user_attr("heartbeat", datetime.fromtimestamp(now, UTC).isoformat())
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
