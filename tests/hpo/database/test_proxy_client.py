"""Clients of Optuna's proxy: what they wait for, and what they say of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from threading import Timer

import pytest
from optuna.storages import BaseStorage, InMemoryStorage
from optuna.storages._grpc.server import make_server

import hpo.database.opening
import hpo.database.proxy_client
import hpo.database.retrying
from benchmarks.chaos.faulty_proxy import FaultyProxy
from data.errors import InputError, WorkFailed
from data.full_disk import NoRoom
from hpo.database.opening import StorageAway, open_storage, storage_failures
from hpo.database.waiting_storage import WaitingStorage
from hpo.search.heartbeat import Heart
from hpo.storage.studies import open_study
from hpo.study.file import load_study

Serve = Callable[[BaseStorage], Callable[[], object]]
FULL = "sqlite:///study.db: cannot be written: no space left on device"


class FullStorage(InMemoryStorage):
    """One whose disk takes nothing more."""

    def set_study_user_attr(self, study_id: int, key: str, value: object) -> None:
        raise NoRoom(FULL)


@pytest.fixture
def url(free_port: int) -> str:
    return f"grpc://127.0.0.1:{free_port}"


@pytest.fixture
def serve(free_port: int) -> Iterator[Serve]:
    """Serves a storage at `url`; what it returns ends that."""
    with ExitStack() as stack:

        def start(storage: BaseStorage) -> Callable[[], object]:
            server = make_server(storage, "127.0.0.1", free_port)
            server.start()

            def stop() -> None:
                server.stop(grace=None).wait()

            stack.callback(stop)
            return stop

        yield start


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that does not answer is given up soon."""
    monkeypatch.setattr(hpo.database.retrying, "PATIENCE", 0.5)
    monkeypatch.setattr(hpo.database.opening, "CONNECT_TIMEOUT", 0.2)


def close(storage: WaitingStorage) -> None:
    storage._inner.close()  # type: ignore[attr-defined]


def test_a_worker_waits_for_a_proxy_that_starts_later(
    url: str, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hpo.database.opening, "CONNECT_TIMEOUT", 0.2)
    timer = Timer(1, serve, [InMemoryStorage()])
    timer.start()
    storage = open_storage(url, create=False, wait=True)
    assert storage.get_all_studies() == []
    timer.join()
    close(storage)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(("wait", "kind"), [(True, StorageAway), (False, InputError)])
def test_a_proxy_that_does_not_start_is_away_for_a_worker_and_a_mistake_for_a_command(
    wait: bool, kind: type[Exception], url: str
) -> None:
    with pytest.raises(kind, match=f"storage {url}: no proxy answers there; `proxy` starts one$"):
        open_storage(url, create=False, wait=wait)


@pytest.mark.usefixtures("impatient")
def test_of_a_proxy_that_is_gone_its_own_words_are_told(
    url: str, serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    stop = serve(InMemoryStorage())
    storage, config = open_storage(url, create=False), load_study("glyphs")
    study = open_study(config, storage)
    stop()
    with pytest.raises(StorageAway) as caught, storage_failures(url):
        storage.get_all_studies()
    line = str(caught.value)
    assert line.startswith(f"storage {url}: failed to connect to all addresses; ")
    assert line.endswith("; once it answers, the same command goes on")
    Heart(study, config)._beat_and_watch()
    for said in (line, caplog.messages[-1]):
        assert "failed to connect" in said
        assert "RpcError" not in said
        assert "\n" not in said
    close(storage)


@pytest.mark.usefixtures("impatient")
def test_of_a_proxy_that_is_frozen_its_silence_is_told(
    url: str, free_port: int, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hpo.database.opening, "PROXY_TIMEOUT", 0.3)
    serve(InMemoryStorage())
    with FaultyProxy(("127.0.0.1", free_port)) as faults:
        by = f"grpc://127.0.0.1:{faults.port}"
        storage = open_storage(by, create=False)
        faults.halt()
        said = f"^storage {by}: Deadline Exceeded; once it answers, the same command goes on$"
        with pytest.raises(StorageAway, match=said), storage_failures(by):
            storage.get_all_studies()
        close(storage)


def test_of_a_database_behind_a_proxy_its_own_words_are_told(url: str, serve: Serve) -> None:
    serve(FullStorage())
    storage = open_storage(url, create=False)
    study_id = storage.create_new_study([])
    said = f"^storage {url}: {FULL}; once it answers, the same command goes on$"
    with pytest.raises(WorkFailed, match=said), storage_failures(url):
        storage.set_study_user_attr(study_id, "key", 1)
    close(storage)


def test_a_connection_that_is_dead_without_a_word_is_replaced(
    free_port: int, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SILENCE", "ECHO_TIMEOUT"):
        monkeypatch.setattr(hpo.database.proxy_client, name, 0.3)
    monkeypatch.setattr(hpo.database.opening, "PROXY_TIMEOUT", 10.0)
    serve(InMemoryStorage())
    with FaultyProxy(("127.0.0.1", free_port)) as faults:
        storage = open_storage(f"grpc://127.0.0.1:{faults.port}", create=False)
        assert storage.get_all_studies() == []
        faults.forget()
        begin = time.monotonic()
        assert storage.get_all_studies() == []
        assert time.monotonic() - begin < 8
        close(storage)
