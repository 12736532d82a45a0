"""SQLite as many processes of one machine can share it, and as one reads that may not write."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from urllib.parse import quote

from sqlalchemy import Connection, Engine, event

MOUNTS = Path("/proc/self/mountinfo")
ESCAPED = re.compile(rb"\\([0-7]{3})")
"""A byte of a name in `MOUNTS` that is written in octal digits."""
BUSY_TIMEOUT = 5.0
"""Seconds that SQLite itself waits for another process's lock."""
NETWORK = (
    *("9p", "afs", "beegfs", "ceph", "cifs", "fuse.ceph", "fuse.glusterfs", "fuse.rclone"),
    *("fuse.s3fs", "fuse.sshfs", "glusterfs", "gpfs", "lustre", "nfs", "pvfs2", "smb"),
)
"""Beginnings of the names of file systems on which SQLite's locks cannot be trusted."""


def tune(engine: Engine, change_mode: bool) -> None:
    """Sets up all further connections for many processes that read and write.

    Args:
        change_mode: whether to change the mode of the file itself, which keeps it.

    Each transaction takes the write lock at its beginning. Optuna reads a trial's state and then
    sets it, or counts the trials and then numbers a new one, and asks the database for a lock on
    the row in between, which SQLite does not have: without this, two workers could take the same
    trial. So, too, no transaction has to wait for a lock that it cannot get any more.
    """
    event.listen(engine, "connect", _on_connect)
    if change_mode:
        event.listen(engine, "connect", _write_ahead)
    event.listen(engine, "begin", _on_begin)
    engine.dispose()  # what was connected before


def only_readable(path: str) -> bool:
    """Whether a database is there that this process may not write: its file, or its folder."""
    file = Path(path)
    return file.is_file() and not (os.access(file, os.W_OK) and os.access(file.parent, os.W_OK))


def read_only_connector(path: str, timeout: float) -> Callable[[], SqliteConnection]:
    """A function that connects to such a database, for a moment each time.

    What was written last is in a second file, as long as a process that writes has the database
    open. Without that file SQLite would make one, unless it is told that nobody writes.

    Args:
        path: path of the database's file.
        timeout: seconds to wait for another process's lock.
    """

    def connect() -> SqliteConnection:
        written = Path(f"{path}-wal")
        nobody_writes = not written.exists() or written.stat().st_size == 0
        mode = "immutable=1" if nobody_writes else "mode=ro"
        address = f"file:{quote(str(Path(path).absolute()))}?{mode}"
        return sqlite3.connect(address, uri=True, timeout=timeout, check_same_thread=False)

    return connect


def network_file_system(path: Path) -> str | None:
    """The name of the network file system that a file or its nearest folder lies on, or None."""
    nearest = next(p for p in (path.absolute(), *path.absolute().parents) if p.exists())
    mounts: dict[str, str] = {}
    try:
        for line in MOUNTS.read_bytes().split(b"\n")[:-1]:
            before, _, after = line.partition(b" - ")
            # A name need not be UTF-8; what would part it from others is written as \040.
            point = ESCAPED.sub(lambda found: bytes([int(found[1], 8)]), before.split(b" ")[4])
            mounts[os.fsdecode(point)] = os.fsdecode(after.split(b" ")[0])
    except OSError:  # not Linux
        return None
    of = [p for p in mounts if Path(os.path.realpath(nearest)).is_relative_to(p)]
    kind = mounts[max(of, key=len)] if of else ""
    return kind if kind.startswith(NETWORK) else None


def _on_connect(connection: SqliteConnection, record: object) -> None:
    connection.isolation_level = None  # Python's own idea of when a transaction begins
    connection.execute("PRAGMA synchronous = NORMAL")


def _write_ahead(connection: SqliteConnection, record: object) -> None:
    # Readers do not wait for a writer, and the other way round; one write to the disk a commit.
    connection.execute("PRAGMA journal_mode = WAL")


def _on_begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
