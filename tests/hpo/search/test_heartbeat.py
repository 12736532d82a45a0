"""Signs of life."""

import threading

import optuna
import pytest
from sqlalchemy import event
from taking import taken

import hpo.search.heartbeat
from benchmarks.chaos.faulty_proxy import FaultyProxy
from hpo.database.opening import open_storage
from hpo.search.heartbeat import Heart, beat
from hpo.storage.studies import open_study
from hpo.study.definition import StudyConfig


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


def test_a_heart_whose_database_hangs_is_not_waited_for(
    behind: str, faults: FaultyProxy, config: StudyConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hpo.search.heartbeat, "HEARTBEAT", 0.05)
    storage = open_storage(behind, create=True)
    study, asked = open_study(config, storage), threading.Event()
    assert storage.database is not None
    event.listen(storage.database.engine, "before_cursor_execute", lambda *_: asked.set())
    with Heart(study, config):
        faults.halt()
        asked.clear()
        assert asked.wait(60)  # it asks for the trials
    (heart,) = [thread for thread in threading.enumerate() if thread.name == "heart"]
    assert heart.is_alive()
    faults.go_on()
    heart.join(60)
    assert not heart.is_alive()
    storage.disconnect()
