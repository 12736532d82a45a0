"""A PostgreSQL that neither answers nor hangs up, and locks that nobody lets go of."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import optuna
import psycopg
import pytest
from sqlalchemy import event, text

import hpo.database.postgresql
import hpo.runtime.interrupts
from benchmarks.chaos.faulty_proxy import FaultyProxy
from data.errors import InputError
from hpo.database.opening import open_storage
from hpo.database.waiting_storage import WaitingStorage
from hpo.runtime.interrupts import held_back


@pytest.fixture
def study(behind: str) -> Iterator[optuna.Study]:
    storage = open_storage(behind, create=True)
    yield optuna.create_study(storage=storage, study_name="s")
    storage.disconnect()


def storage_of(study: optuna.Study) -> WaitingStorage:
    storage = study._storage
    assert isinstance(storage, WaitingStorage)
    return storage


def connection_of(study: optuna.Study) -> psycopg.Connection[Any]:
    """The one that its storage has."""
    database = storage_of(study).database
    assert database is not None
    with database.engine.connect() as connection:
        found = connection.connection.driver_connection
    assert isinstance(found, psycopg.Connection)
    return found


def as_soon_as(condition: Callable[[], object], action: Callable[[], object]) -> threading.Thread:
    """Does it in another thread once the condition holds, or in vain after a minute."""

    def wait() -> None:
        deadline = time.monotonic() + 60
        while not condition() and time.monotonic() < deadline:
            time.sleep(0.05)
        action()

    thread = threading.Thread(target=wait)
    thread.start()
    return thread


def interrupted(asked: Callable[[], object], number: int = signal.SIGINT) -> threading.Thread:
    """Sends a signal to this process once it has asked the database for something, and waits."""

    def strike() -> None:
        time.sleep(0.3)  # from the question to the wait for its answer
        os.kill(os.getpid(), number)

    return as_soon_as(asked, strike)


@pytest.fixture
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only an interrupt ends a wait for the database."""
    monkeypatch.setattr(hpo.database.postgresql, "SILENCE", 600.0)


def asked_of(study: optuna.Study) -> Callable[[], bool]:
    """Whether its storage has asked the database for something since."""
    database, asked = storage_of(study).database, threading.Event()
    assert database is not None
    event.listen(database.engine, "before_cursor_execute", lambda *_: asked.set())
    return asked.is_set


def test_a_connection_that_hangs_is_given_up_and_made_anew(
    study: optuna.Study, faults: FaultyProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hpo.database.postgresql, "SILENCE", 0.5)
    before = connection_of(study)
    faults.halt()
    thread = as_soon_as(lambda: before.closed, faults.go_on)
    study.ask()
    assert before.closed
    assert connection_of(study) is not before
    assert len(study.trials) == 1
    thread.join()


def test_a_server_process_that_is_stopped_is_given_up(
    postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a frozen machine: the kernel still takes what it is sent."""
    monkeypatch.setattr(hpo.database.postgresql, "SILENCE", 0.5)
    storage = open_storage(postgres, create=True)
    assert storage.database is not None
    with storage.database.engine.connect() as connection:
        process = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        before = connection.connection.driver_connection
    assert isinstance(before, psycopg.Connection)
    assert not before.closed
    os.kill(process, signal.SIGSTOP)
    try:
        assert storage.get_all_studies() == []  # from another
        assert before.closed
    finally:
        os.kill(process, signal.SIGCONT)
        storage.disconnect()


@pytest.mark.usefixtures("unlimited")
@pytest.mark.parametrize("held", [True, False])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_a_wait_that_does_not_end(
    held: bool,
    number: int,
    study: optuna.Study,
    faults: FaultyProxy,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Outside a block that holds it back it has nothing to wait for.
    monkeypatch.setattr(hpo.runtime.interrupts, "GRACE", 1.0 if held else 600.0)
    before = signal.signal(number, signal.default_int_handler)
    faults.halt()
    start = time.monotonic()
    thread = interrupted(asked_of(study), number)
    try:
        with pytest.raises(KeyboardInterrupt):  # noqa: PT012
            if held:
                with held_back():
                    study.ask()
            else:
                study.ask()
        took = time.monotonic() - start
        thread.join()
        # The storage is as good as new.
        faults.go_on()
        study.ask()
    finally:
        signal.signal(number, before)
    assert (1.2 if held else 0.2) < took < (2.5 if held else 1.0)


@pytest.mark.usefixtures("unlimited")
def test_what_follows_an_interrupt_does_not_hang_either(
    study: optuna.Study, faults: FaultyProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a trial is to be given back."""
    monkeypatch.setattr(hpo.runtime.interrupts, "GRACE", 0.5)
    monkeypatch.setattr(hpo.runtime.interrupts, "GRACE_AFTER", 0.5)
    faults.halt()
    start = time.monotonic()
    thread = interrupted(asked_of(study))
    with pytest.raises(KeyboardInterrupt), held_back():  # noqa: PT012
        try:
            study.ask()
        finally:
            study.set_user_attr("key", 1)
    assert time.monotonic() - start < 3
    thread.join()


def test_a_connection_that_cannot_be_made_is_given_up(
    behind: str, faults: FaultyProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hpo.database.postgresql, "CONNECT_TIMEOUT", 600)
    faults.halt()
    start = time.monotonic()
    thread = interrupted(lambda: faults.connections)
    with pytest.raises(KeyboardInterrupt):
        open_storage(behind, create=True)
    assert time.monotonic() - start < 2
    thread.join()


FREEZES = """
import os, signal, sys
import optuna
from sqlalchemy import event
import hpo.database.postgresql
from hpo.database.opening import open_storage

hpo.database.postgresql.LIMITS["idle_in_transaction_session_timeout"] = 1000
storage = open_storage(sys.argv[1], create=False)
study = optuna.load_study(study_name="s", storage=storage)
engine = storage.database.engine

def freeze(connection, cursor, statement, *_):
    if "FOR UPDATE" in statement:
        event.remove(engine, "after_cursor_execute", freeze)
        os.kill(os.getpid(), signal.SIGSTOP)

event.listen(engine, "after_cursor_execute", freeze)
study.ask()
"""


def test_a_frozen_process_does_not_keep_its_lock(postgres: str) -> None:
    storage = open_storage(postgres, create=True)
    study = optuna.create_study(storage=storage, study_name="s")
    frozen = subprocess.Popen([sys.executable, "-c", FREEZES, postgres])
    try:
        os.waitid(os.P_PID, frozen.pid, os.WSTOPPED)
        start = time.monotonic()
        study.ask()  # fails, in the end, where the lock stays
        assert 0.1 < time.monotonic() - start < 5
        os.kill(frozen.pid, signal.SIGCONT)
        assert frozen.wait(60) == 0  # it tried again
    finally:
        frozen.kill()
    assert [trial.number for trial in study.trials] == [0, 1]
    storage.disconnect()


def test_a_lock_is_not_waited_for_without_end(
    postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(hpo.database.postgresql.LIMITS, "lock_timeout", 300)
    storage = open_storage(postgres, create=True)
    study = optuna.create_study(storage=storage, study_name="s")
    assert storage.database is not None
    errors: list[object] = []
    engine, tell = storage.database.engine, lambda told: errors.append(told.original_exception)
    event.listen(engine, "handle_error", tell)
    with psycopg.connect(postgres.replace("+psycopg", "")) as other:
        other.execute("SELECT * FROM studies FOR UPDATE")
        thread = as_soon_as(lambda: len(errors) > 2, other.rollback)
        study.ask()  # tries several times
        thread.join()
    assert len(errors) > 2
    assert {type(error) for error in errors} == {psycopg.errors.LockNotAvailable}
    storage.disconnect()


def test_a_server_that_takes_a_connection_and_says_nothing_is_given_up(
    behind: str, faults: FaultyProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hpo.database.postgresql, "CONNECT_TIMEOUT", 2)  # psycopg's least
    faults.halt()
    start = time.monotonic()
    with pytest.raises(InputError, match="timeout"):
        open_storage(behind, create=True)
    assert 1.5 < time.monotonic() - start < 10


def test_the_kernel_notices_a_peer_that_is_gone(study: optuna.Study) -> None:
    """Without a word: behind a firewall that forgot the connection, or a cable."""
    asked = ("TCP_USER_TIMEOUT", "TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT")
    with socket.socket(fileno=os.dup(connection_of(study).fileno())) as end:
        found = [end.getsockopt(socket.IPPROTO_TCP, getattr(socket, name)) for name in asked]
        assert end.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    assert found == [15_000, 10, 5, 3]


def test_the_server_keeps_the_limits(postgres: str) -> None:
    limits = {
        "statement_timeout": "20s",
        "lock_timeout": "10s",
        "idle_in_transaction_session_timeout": "30s",
    }
    storage = open_storage(postgres, create=True)
    assert storage.database is not None
    with storage.database.engine.connect() as connection:
        found = {name: connection.execute(text(f"SHOW {name}")).scalar() for name in limits}
    assert found == limits
    storage.disconnect()
