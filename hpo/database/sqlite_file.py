"""The file that a SQLite URL names: whether a study may live there, and whose place that is."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from sqlalchemy import URL

from data.errors import InputError
from data.full_disk import no_room
from hpo.database.sqlite import network_file_system

Place = Literal["own", "named", "there"]
"""Whose place a new file is; see `hpo.database.opening.open_storage`."""
SETTINGS = ("cached_statements", "check_same_thread", "isolation_level", "timeout")
"""What the URL may say after the file's name."""


def find_file(url: URL, place: Place, shown: str) -> None:
    """Sees to it that connecting makes no SQLite file or folder that was not asked for."""
    if not url.database or ":memory:" in url.database or url.query.get("mode") == "memory":
        raise InputError(f"storage {shown}: names no file, so the study would be lost")
    if url.database.startswith("file:") or "uri" in url.query:
        raise InputError(f"storage {shown}: must name the file by its path, as in sqlite:///a/b.db")
    for key in url.query:
        if key not in SETTINGS:
            allowed = ", ".join(SETTINGS)
            raise InputError(f"storage {shown}: {key}: no such setting; allowed are {allowed}")
        if not isinstance(url.query[key], str):
            raise InputError(f"storage {shown}: {key}: is given twice")
    path = Path(url.database)
    try:
        if network := network_file_system(path):
            raise InputError(
                f"storage {shown}: is on a network file system ({network}), where SQLite's locks"
                " fail; name a file on a local disk with --storage, or a PostgreSQL database"
            )
        if path.is_dir():
            raise InputError(f"storage {shown}: is a folder, not a database")
        if place == "there" and not path.exists():
            raise InputError(f"storage {shown}: no such file; `run` starts a study")
        if place == "own":
            path.parent.mkdir(parents=True, exist_ok=True)
        elif not path.parent.is_dir():
            raise InputError(
                f"storage {shown}: there is no folder {path.parent}; make it, or name a file in"
                " another"
            )
    except OSError as error:
        if (full := no_room(error)) is not None:
            raise full from None
        reason = (error.strerror or str(error)).lower()
        raise InputError(
            f"storage {shown}: cannot make the folder {path.parent}: {reason}"
        ) from None
