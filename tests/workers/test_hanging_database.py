"""Commands whose database neither answers nor hangs up: Ctrl-C and SIGTERM end them in seconds."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import psycopg
import pytest
from short_study import Start, Write, slow, trials_of, wait_for

import hpo.database.opening
import hpo.database.retrying
from benchmarks.chaos.faulty_proxy import FaultyProxy
from hpo.database.opening import StorageAway, open_storage, storage_failures
from hpo.storage.studies import open_study
from hpo.study.file import load_study
from hpo.trials.budget import counts

SECONDS = 10


def ends(process: object, by: int) -> str:
    """Sends the signal to a command and all its workers; what it says as it ends in time."""
    start = time.monotonic()
    os.killpg(process.pid, by)  # type: ignore[attr-defined]
    _, err = process.communicate(timeout=4 * SECONDS)  # type: ignore[attr-defined]
    assert time.monotonic() - start < SECONDS
    assert process.returncode == 130, err  # type: ignore[attr-defined]
    assert "Traceback" not in err
    return str(err)


@pytest.mark.parametrize(("workers", "by"), [(1, signal.SIGTERM), (2, signal.SIGINT)])
def test_a_search_ends_and_goes_on_later(
    workers: int,
    by: int,
    behind: str,
    postgres: str,
    faults: FaultyProxy,
    write_study: Write,
    start: Start,
) -> None:
    words = ("run", write_study(trials=6, steps=40), "--storage", behind, "--workers", workers)
    process = start(*words)
    wait_for(lambda: counts(trials_of(postgres)).done > 1)
    faults.halt()
    time.sleep(2)
    last = ends(process, by).splitlines()[-1]
    assert last == "interrupted: the same command goes on where it stopped"
    faults.reset()
    faults.go_on()
    again = start(*words)
    _, err = again.communicate(timeout=120)
    assert again.returncode == 0, err
    trials = trials_of(postgres)
    found = counts(trials)
    assert (found.done, found.failed, found.running) == (6, 0, 0)
    assert found.waiting == 0


def test_a_command_that_retrains_ends(
    behind: str, faults: FaultyProxy, write_study: Write, start: Start
) -> None:
    """Without letting its claim go, for which it has little time."""
    process = start("run", slow(write_study(trials=1)), "--storage", behind)
    unfinished = Path("runs/short/unfinished-short")
    wait_for(lambda: any(unfinished.glob("retrained-*/*.checkpoint.*")))
    faults.halt()
    ends(process, signal.SIGINT)


def asks(postgres: str) -> bool:
    """Whether somebody else has asked the database for something."""
    others = "FROM pg_stat_activity WHERE datname = current_database() AND query <> ''"
    with psycopg.connect(postgres.replace("+psycopg", "")) as admin:
        row = admin.execute(f"SELECT count(*) {others} AND pid <> pg_backend_pid()").fetchone()
    return row is not None and row[0] > 0


@pytest.mark.parametrize(
    ("while_it", "by"), [("connects", signal.SIGINT), ("asks", signal.SIGTERM)]
)
@pytest.mark.parametrize(
    "words",
    [
        ("join", "short"),
        ("status", "short"),
        ("export", "short"),
        ("report", "short"),
        ("dashboard", "short"),
        ("proxy",),
    ],
    ids=lambda words: words[0],
)
def test_every_command_that_touches_a_database_ends(
    words: tuple[object, ...],
    while_it: str,
    by: int,
    behind: str,
    postgres: str,
    faults: FaultyProxy,
    write_study: Write,
    start: Start,
    free_port: int,
) -> None:
    if words[0] in ("dashboard", "proxy"):
        words = (*words, "--port", free_port)
    storage = open_storage(behind, create=True)
    open_study(load_study(str(write_study())), storage)
    storage.disconnect()
    wait_for(lambda: not asks(postgres))
    if while_it == "connects":
        faults.halt()
        process = start(*words, "--storage", behind)
        wait_for(lambda: bool(faults.connections))
    else:
        faults.delay = 0.2
        process = start(*words, "--storage", behind)
        wait_for(lambda: asks(postgres))
        faults.halt()
    time.sleep(0.5)
    ends(process, by)


def test_a_proxy_whose_database_hangs_ends_and_so_does_its_client(
    behind: str,
    faults: FaultyProxy,
    write_study: Write,
    start: Start,
    postgres: str,
    free_port: int,
) -> None:
    proxy = start("proxy", "--storage", behind, "--port", free_port, "--host", "127.0.0.1")
    assert proxy.stderr is not None
    proxy.stderr.readline()
    url = f"grpc://127.0.0.1:{free_port}"
    client = start("run", write_study(trials=20, steps=40), "--storage", url)
    wait_for(lambda: counts(trials_of(postgres)).done > 1)
    faults.halt()
    time.sleep(2)
    ends(client, signal.SIGINT)
    ends(proxy, signal.SIGTERM)


def _state(stat: Path) -> str:
    """A thread's state, one letter: T is stopped."""
    return stat.read_text().rpartition(")")[2].split()[0]


def test_a_proxy_that_is_frozen_is_given_up(
    start: Start, free_port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hpo.database.opening, "PROXY_TIMEOUT", 0.5)
    database = f"sqlite:///{tmp_path}/study.db"
    open_storage(database, create=True)
    proxy = start("proxy", "--storage", database, "--port", free_port, "--host", "127.0.0.1")
    assert proxy.stderr is not None
    proxy.stderr.readline()
    url = f"grpc://127.0.0.1:{free_port}"
    storage = open_storage(url, create=False)
    assert storage.get_all_studies() == []  # which a busy machine may have to ask more than once
    monkeypatch.setattr(hpo.database.retrying, "PATIENCE", 0.5)
    proxy.send_signal(signal.SIGSTOP)
    # Its threads stop one by one, and one of them might still answer.
    threads = Path(f"/proc/{proxy.pid}/task")
    wait_for(lambda: all(_state(thread) == "T" for thread in threads.glob("*/stat")))
    before = time.monotonic()
    with pytest.raises(StorageAway), storage_failures(url):
        storage.get_all_studies()
    assert time.monotonic() - before < 5
    storage._inner.close()  # type: ignore[attr-defined]
