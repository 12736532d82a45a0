"""A server that allows few connections, and PgBouncer in front of one."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import optuna
import psycopg
import pytest
from sqlalchemy import event, make_url, text

import hpo.database.opening
from data.errors import InputError, WorkFailed
from hpo.database.opening import StorageAway, open_storage
from hpo.database.urls import parse_url


def plain(url: str) -> str:
    """The URL as psycopg itself takes it."""
    return url.replace("+psycopg", "")


@pytest.fixture
def allowed_two(postgres: str) -> Iterator[str]:
    """The URL of an empty database, as someone who may connect twice."""
    url = make_url(postgres)
    with psycopg.connect(plain(postgres), autocommit=True) as admin:
        admin.execute("DROP ROLE IF EXISTS guest")
        admin.execute("CREATE ROLE guest LOGIN CONNECTION LIMIT 2")
        admin.execute(f'ALTER DATABASE "{url.database}" OWNER TO guest')
    yield url.set(username="guest").render_as_string(hide_password=False)
    with psycopg.connect(plain(postgres), autocommit=True) as admin:
        admin.execute(f'ALTER DATABASE "{url.database}" OWNER TO postgres')
        admin.execute("REASSIGN OWNED BY guest TO postgres")
        admin.execute("DROP ROLE guest")


def connections(postgres: str) -> int:
    """How many someone with few has at the moment."""
    asked = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'guest'"
    with psycopg.connect(plain(postgres)) as admin:
        row = admin.execute(asked).fetchone()
    assert row is not None
    return int(row[0])


def settled(postgres: str, expected: int) -> bool:
    """Whether it comes to so many; a server's process ends a moment after its connection."""
    deadline = time.monotonic() + 60
    while connections(postgres) != expected and time.monotonic() < deadline:
        time.sleep(0.05)
    return connections(postgres) == expected


def test_a_storage_is_made_and_used_with_one_connection(allowed_two: str, postgres: str) -> None:
    with psycopg.connect(plain(allowed_two)):
        storage = open_storage(allowed_two, create=True)
        study = optuna.create_study(storage=storage, study_name="s")
        thread = threading.Thread(target=lambda: [study.ask() for _ in range(5)])
        thread.start()
        for _ in range(5):
            study.ask()
        thread.join()
        assert len(study.trials) == 10
        assert settled(postgres, 2)
        storage.disconnect()
        assert settled(postgres, 1)
        assert len(study.trials) == 10
        storage.disconnect()


def test_threads_share_the_one_connection(allowed_two: str) -> None:
    storage = open_storage(allowed_two, create=True)
    study = optuna.create_study(storage=storage, study_name="s")
    assert storage.database is not None
    made: list[object] = []
    event.listen(storage.database.engine, "connect", lambda *of: made.append(of))
    threads = [threading.Thread(target=lambda: [study.ask() for _ in range(5)]) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(study.trials) == 15
    assert made == []
    storage.disconnect()


@pytest.mark.parametrize("wait", [False, True])
def test_who_finds_no_place_tries_again_and_leaves_nothing_behind(
    wait: bool, allowed_two: str, postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_storage(allowed_two, create=True).disconnect()
    assert settled(postgres, 0)
    with ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(psycopg.connect(plain(allowed_two)))
        with monkeypatch.context() as patch:
            patch.setattr(hpo.database.opening, "START_PATIENCE", 0.5)
            patch.setattr(hpo.database.opening, "PATIENCE", 0.5)
            with pytest.raises((InputError, WorkFailed), match="too many connections") as caught:
                open_storage(allowed_two, create=False, wait=wait)
        assert isinstance(caught.value, StorageAway if wait else InputError)
        assert settled(postgres, 2)
        threading.Timer(1, stack.close).start()
        open_storage(allowed_two, create=False, wait=wait).disconnect()
    assert settled(postgres, 0)


def test_a_try_that_fails_in_its_middle_keeps_no_connection(
    allowed_two: str, postgres: str
) -> None:
    name = make_url(postgres).database
    with psycopg.connect(plain(postgres), autocommit=True) as admin:
        admin.execute(f'ALTER DATABASE "{name}" OWNER TO postgres')
        admin.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    with pytest.raises(InputError, match="permission denied") as caught:
        open_storage(allowed_two, create=True)
    assert settled(postgres, 0), caught


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_the_urls_of_hosting_services_are_taken(scheme: str, postgres: str) -> None:
    url = postgres.replace("postgresql+psycopg", scheme)
    assert parse_url(url) == make_url(postgres)
    storage = open_storage(url, create=True)
    assert storage.get_all_studies() == []
    storage.disconnect()


@pytest.fixture
def bouncer(postgres: str, free_port: int) -> Iterator[str]:
    """The URL of an empty database behind PgBouncer, which has two connections for all."""
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        pytest.skip("needs pgbouncer")
    url = make_url(postgres)
    # Not below pytest's folder: root's may not be looked into, and PgBouncer will not run as root.
    with tempfile.TemporaryDirectory(prefix="pgbouncer-") as folder:
        Path(folder).chmod(0o755)
        settings = Path(folder) / "pgbouncer.ini"
        settings.write_text(
            f"[databases]\n{url.database} = host={url.query['host']} user=postgres\n"
            "[pgbouncer]\npool_mode = transaction\ndefault_pool_size = 2\nauth_type = any\n"
            f"listen_addr = 127.0.0.1\nlisten_port = {free_port}\nunix_socket_dir =\n"
        )
        # The server's own user, who may reach its socket.
        user = Path(str(url.query["host"])).stat().st_uid if os.geteuid() == 0 else None
        process = subprocess.Popen([program, "-q", str(settings)], user=user)
        yield url.set(host="127.0.0.1", port=free_port, query={}).render_as_string(
            hide_password=False
        )
        process.terminate()
        process.wait()


def test_pgbouncer_may_give_each_transaction_another_connection(bouncer: str) -> None:
    storages = [open_storage(bouncer, create=True, wait=True) for _ in range(3)]
    studies = [
        optuna.create_study(storage=storage, study_name="s", load_if_exists=True)
        for storage in storages
    ]
    for _ in range(8):  # psycopg would prepare what is asked for the sixth time
        for study in studies:
            study.tell(study.ask(), 0.5)
    assert len(studies[0].trials) == 24
    assert storages[0].database is not None
    with storages[0].database.engine.connect() as connection:
        for name, value in hpo.database.postgresql.LIMITS.items():
            assert connection.execute(text(f"SHOW {name}")).scalar() == f"{value // 1000}s"
        assert connection.execute(text("SELECT count(*) FROM pg_prepared_statements")).scalar() == 0
    for storage in storages:
        storage.disconnect()
