"""Results in a study's folder, and whether they are of the storage that its trials are read from.

One definition may be run in two databases, and both may leave their results in one folder: trials
of the one beside results of the other would be two searches taken for one.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from data.errors import InputError
from hpo.database.urls import without_password
from hpo.runtime.files import read_json
from hpo.storage.workspace import DATABASE, TrainedFolder, Workspace
from hpo.study.results import StudyResults


def check_asked_storage(results: StudyResults, workspace: Workspace) -> None:
    """Makes sure that results in a folder are not taken for those of another storage.

    That is one that was named. Of a proxy it is not known what is behind it.

    Raises:
        InputError: they are of another.
    """
    other = other_storage(results, workspace.storage)
    if other is None or workspace.keeps_storage:
        return
    if not _is_hidden(other, workspace.storage):
        raise InputError(
            f"storage {without_password(workspace.storage)}: {workspace.folder} holds the results"
            f" of a run in {other}; name that storage, or another --output"
        )


def check_network_storage(folder: TrainedFolder, url: str) -> None:
    """Makes sure that a study's network is not taken for that of the same study in another storage.

    Args:
        folder: folder of the network; that of a retraining holds results without a storage.
        url: the storage that was named.

    Raises:
        InputError: it is of another.
    """
    own = (read_json(folder.results) or {}).get("storage")
    if not isinstance(own, str) or _is_same(own, url) or _is_hidden(own, url):
        return
    if not was_moved(folder, own, url):
        raise InputError(
            f"storage {without_password(url)}: {folder.folder} holds the network of a run in {own};"
            f" name the folder that holds the other's {folder.weights.name}"
        )


def with_storage_of(results: StudyResults, workspace: Workspace) -> Workspace:
    """The workspace with the storage that its results are from, for commands on the study."""
    other = other_storage(results, workspace.storage)
    if other is None or (workspace.keeps_storage and workspace.database.exists()):
        return workspace
    return replace(workspace, storage=other)


def other_storage(results: StudyResults, url: str) -> str | None:
    """The storage that results are from, if that is another than this one; None if it is not."""
    if results.storage is None or _is_same(results.storage, url):
        return None
    return results.storage


def was_moved(folder: TrainedFolder, before: str, now: str) -> bool:
    """Whether a folder's own database had another URL before the folder was moved.

    As far as files tell: where the one was there is none any more.
    """
    was, own = sqlite_file(before), sqlite_file(now)
    return (
        own is not None
        and own.absolute().resolve() == (folder.folder / DATABASE).absolute().resolve()
        and own.exists()
        and was is not None
        and was.name == DATABASE
        and not was.exists()
    )


def sqlite_file(url: str) -> Path | None:
    """The file of a SQLite database; None of others."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # ValueError: a port that is no number
        return None
    return Path(parsed.database) if _is_sqlite(parsed) and parsed.database else None


def place_of(url: str) -> Hashable:
    """What two URLs of one database have in common, seen from the folder that is the current one.

    Not of a proxy and the database behind it.
    """
    if (file := sqlite_file(url)) is not None:
        return file.absolute().resolve()
    try:
        return _place(make_url(url))
    except (ArgumentError, ValueError):
        return url


def _is_hidden(*urls: str) -> bool:
    """Whether one is of a proxy."""
    return any(url.startswith("grpc:") for url in urls)


def _is_same(one: str, other: str) -> bool:
    try:
        first, second = make_url(one), make_url(other)
    except (ArgumentError, ValueError):  # ValueError: a port that is no number
        return one == other
    if _is_sqlite(first) and _is_sqlite(second):
        return _is_same_file(first, second)
    return _place(first) == _place(second)


def _is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _is_same_file(one: URL, other: URL) -> bool:
    """A path may be relative, to a folder that is not known: then its end must be equal."""
    first, second = Path(one.database or ""), Path(other.database or "")
    if first.absolute().resolve() == second.absolute().resolve():
        return True
    short, long = sorted((first, second), key=Path.is_absolute)
    return not short.is_absolute() and long.parts[-len(short.parts) :] == short.parts


def _place(url: URL) -> tuple[str, str | None, int | None, str | None]:
    """Server and database, whoever connects by whichever driver."""
    backend = url.drivername.partition("+")[0]
    port = url.port or {"postgresql": 5432, "mysql": 3306}.get(backend)
    return backend, url.host or url.query.get("host"), port, url.database  # type: ignore[return-value]
