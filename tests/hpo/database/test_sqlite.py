"""SQLite as many processes share it: its mode, its locks, and where it must not lie."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import optuna
import pytest
from sqlalchemy import text

import hpo.database.sqlite
import hpo.database.sqlite_file
from data.errors import InputError
from hpo.database.opening import open_storage
from hpo.database.sqlite import network_file_system
from hpo.storage.workspace import default_url

READS = """
import sys
from hpo.database.opening import open_storage
storage = open_storage(sys.argv[1], create=False)
print([study.study_name for study in storage.get_all_studies()])
"""
MOUNTS = """\
21 1 254:0 / / rw,relatime - ext4 /dev/root rw
40 21 0:41 / /home rw,relatime shared:7 - nfs4 server:/home rw
41 40 0:42 / /home/scratch\\040disk rw - xfs /dev/sdb rw
"""


def test_a_transaction_locks_from_its_beginning(tmp_path: Path) -> None:
    storage = open_storage(default_url(tmp_path), create=True)
    assert storage.get_all_studies() == []
    with sqlite3.connect(tmp_path / "study.db", timeout=0, isolation_level=None) as other:
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert storage.database is not None
        with storage.database.engine.begin() as connection:
            connection.execute(text("SELECT * FROM trials"))
            assert connection.execute(text("PRAGMA synchronous")).scalar() == 1
            assert other.execute("SELECT count(*) FROM trials").fetchone() == (0,)
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("BEGIN IMMEDIATE")
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
    other.close()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/home/me/study.db", "nfs4"),
        ("/home/scratch disk/study.db", None),
        ("/homestead/study.db", None),
        ("/study.db", None),
    ],
)
def test_the_file_system_is_that_of_the_innermost_mount(
    path: str, expected: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "mountinfo"
    table.write_text(MOUNTS)
    monkeypatch.setattr(hpo.database.sqlite, "MOUNTS", table)
    monkeypatch.setattr(Path, "exists", lambda self: True)
    assert network_file_system(Path(path)) == expected


def test_mount_points_of_any_name_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [b"not-utf-8-\xff", "größe".encode(), b"with\\040space", b"carriage\rreturn", b"vt\x0b"]
    root = os.fsencode(tmp_path)
    table = tmp_path / "mountinfo"
    line = b"36 35 98:0 / %s rw,noatime shared:1 - %s server:/share rw\n"
    table.write_bytes(b"".join(line % (root + b"/" + name, b"nfs4") for name in names))
    monkeypatch.setattr(hpo.database.sqlite, "MOUNTS", table)
    for name in names:
        folder = Path(os.fsdecode(root + b"/" + name.replace(b"\\040", b" ")))
        folder.mkdir()
        assert network_file_system(folder / "study.db") == "nfs4"
        assert network_file_system(tmp_path / "study.db") is None


def test_sqlite_on_a_network_file_system_is_refused_with_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hpo.database.sqlite_file, "network_file_system", lambda path: "nfs4")
    with pytest.raises(InputError) as caught:
        open_storage(default_url(tmp_path / "new"), create=True)
    line = str(caught.value)
    assert "is on a network file system (nfs4), where SQLite's locks fail" in line
    assert "--storage" in line
    assert "PostgreSQL" in line
    assert list(tmp_path.iterdir()) == []


def read_without_rights(folder: Path) -> str:
    """What one finds in the folder's database who may do what the files' modes say and no more."""
    nothing_more = ["setpriv", "--inh-caps=-all", "--bounding-set=-all"]
    process = subprocess.run(
        [
            *(nothing_more if os.geteuid() == 0 else []),
            *(sys.executable, "-c", READS, default_url(folder)),
        ],
        capture_output=True,
        text=True,
    )
    return (process.stdout or process.stderr).strip().splitlines()[-1]


@pytest.mark.parametrize("at_work", [False, True])
def test_a_database_that_may_only_be_read_is_read(at_work: bool, tmp_path: Path) -> None:
    storage = open_storage(default_url(tmp_path), create=True)
    optuna.create_study(storage=storage, study_name="s")
    if not at_work:
        storage.disconnect()
    assert (tmp_path / "study.db-wal").exists() == at_work
    before = sorted(tmp_path.iterdir())
    for path in before:
        path.chmod(0o444)
    tmp_path.chmod(0o555)
    assert read_without_rights(tmp_path) == "['s']"
    tmp_path.chmod(0o755)
    assert sorted(tmp_path.iterdir()) == before
    storage.disconnect()
