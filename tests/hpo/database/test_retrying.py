"""What is waited for, how long, and what is not."""

import inspect
import signal
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path

import optuna
import pytest
from optuna.exceptions import StorageInternalError
from optuna.storages import BaseStorage
from sqlalchemy.exc import OperationalError

import hpo.database.engine
import hpo.database.retrying
from data.errors import WorkFailed
from hpo.database.opening import open_storage, storage_failures
from hpo.database.retrying import is_away, patiently
from hpo.database.waiting_storage import WaitingStorage
from hpo.runtime.interrupts import held_back
from hpo.storage.workspace import default_url


@pytest.fixture
def storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BaseStorage:
    monkeypatch.setitem(hpo.database.engine.TIMEOUTS, "sqlite", {"timeout": 0.3})
    monkeypatch.setattr(hpo.database.retrying, "SAY_AFTER", 0.5)
    return open_storage(default_url(tmp_path), create=True)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hpo.database.retrying, "PATIENCE", 0.5)


def locked(path: Path, free: Callable[[], bool]) -> threading.Thread:
    """Locks a SQLite file until it may be free, a minute at most; returns once it is locked."""
    ready = threading.Event()

    def lock() -> None:
        with sqlite3.connect(path, isolation_level=None) as other:
            other.execute("BEGIN EXCLUSIVE")
            ready.set()
            deadline = time.monotonic() + 60
            while not free() and time.monotonic() < deadline:
                time.sleep(0.05)
            other.execute("ROLLBACK")
        other.close()

    thread = threading.Thread(target=lock)
    thread.start()
    ready.wait()
    return thread


def test_a_lock_longer_than_sqlites_timeout_is_waited_for(
    storage: BaseStorage, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    said = "the storage does not answer; waiting for it"
    thread = locked(tmp_path / "study.db", lambda: said in caplog.text)
    study = optuna.create_study(storage=storage, study_name="s")
    thread.join()
    assert study.trials == []
    assert said in caplog.text
    assert "the storage answers again, after " in caplog.text


@pytest.mark.usefixtures("impatient")
def test_patience_ends_and_the_reason_is_one_line(
    tmp_path: Path, storage: BaseStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = optuna.create_study(storage=storage, study_name="s")
    over = threading.Event()
    thread = locked(tmp_path / "study.db", over.is_set)
    with (
        pytest.raises(WorkFailed, match=r"study\.db: database is locked; once it answers"),
        storage_failures(default_url(tmp_path)),
    ):
        study.ask()
    over.set()
    thread.join()
    study.ask()  # nothing is broken by it


def test_a_mistake_is_not_waited_for(storage: BaseStorage, tmp_path: Path) -> None:
    study = optuna.create_study(storage=storage, study_name="s")
    with sqlite3.connect(tmp_path / "study.db") as other:
        other.execute("ALTER TABLE trial_user_attributes RENAME TO gone")
    start = time.monotonic()
    with pytest.raises(StorageInternalError) as caught:
        study.ask().set_user_attr("key", 1)
    assert not is_away(caught.value)
    assert time.monotonic() - start < 2


@pytest.mark.parametrize(
    "name",
    [
        *sorted(BaseStorage.__abstractmethods__),
        "get_best_trial",
        "get_trial_id_from_study_id_trial_number",
    ],
)
def test_every_operation_of_optunas_storages_is_repeated(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner, asked = optuna.storages.InMemoryStorage(), []

    def away_at_first(*arguments: object) -> str:
        asked.append(arguments)
        if len(asked) < 3:
            raise OperationalError("", None, Exception())
        return "the answer"

    monkeypatch.setattr(inner, name, away_at_first)
    operation = getattr(WaitingStorage(inner), name)
    template = optuna.create_trial(value=1.0, system_attrs={"creation": "by another"})
    arguments = tuple(
        template if parameter == "template_trial" else parameter
        for parameter in inspect.signature(operation).parameters
    )
    assert operation(*arguments) in (None, "the answer")
    assert asked == 3 * [arguments]


def test_an_interrupt_ends_the_waiting_at_once(
    storage: BaseStorage, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    study = optuna.create_study(storage=storage, study_name="s")
    over, main = threading.Event(), threading.get_ident()
    thread = locked(tmp_path / "study.db", over.is_set)

    def interrupt_once_it_waits() -> None:
        deadline = time.monotonic() + 50
        while "the storage does not answer" not in caplog.text and time.monotonic() < deadline:
            time.sleep(0.05)
        signal.pthread_kill(main, signal.SIGINT)

    interrupting = threading.Thread(target=interrupt_once_it_waits)
    interrupting.start()
    with pytest.raises(KeyboardInterrupt), held_back():
        study.ask()
    assert thread.is_alive()  # it did not wait for the lock's end
    over.set()
    thread.join()
    interrupting.join()
    study.ask()


def test_an_answer_and_an_error_come_through_unchanged() -> None:
    memory = WaitingStorage(optuna.storages.InMemoryStorage())
    study = optuna.create_study(storage=memory)
    study.tell(study.ask(), 0.5)
    assert study.best_value == 0.5
    with pytest.raises(KeyError):
        memory.get_trial(99)


def test_an_error_that_is_an_answer_ends_the_waiting_in_the_log_too(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(hpo.database.retrying, "SAY_AFTER", 0.0)

    def away_until_it_is_said() -> None:
        if "the storage does not answer; waiting for it" not in caplog.text:
            raise OperationalError("", None, Exception())
        raise KeyError

    with pytest.raises(KeyError):
        patiently(away_until_it_is_said, lambda: None)
    assert "the storage answers again, after " in caplog.text


def test_what_never_answered_does_not_answer_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(hpo.database.retrying, "SAY_AFTER", 0.0)
    monkeypatch.setattr(hpo.database.retrying, "PATIENCE", 3.0)

    def away() -> None:
        raise OperationalError("", None, Exception())

    with pytest.raises(OperationalError):
        patiently(away, lambda: None)
    assert "the storage does not answer; waiting for it" in caplog.text
    assert "answers again" not in caplog.text
