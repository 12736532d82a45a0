"""Where studies live: SQLite, or any database that SQLAlchemy reaches, through Optuna."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import optuna
from optuna.exceptions import ExperimentalWarning, StorageInternalError
from optuna.storages import GrpcStorageProxy, RDBStorage
from sqlalchemy import URL, create_engine, inspect, make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, ProgrammingError, SQLAlchemyError
from tenacity import RetryCallState, Retrying, wait_random

from data.errors import InputError, WorkFailed
from hpo.runtime.interrupts import pause
from hpo.storage.retrying import PATIENCE, is_away
from hpo.storage.sqlite import BUSY_TIMEOUT, network_file_system, tune
from hpo.storage.waiting_storage import WaitingStorage

CONNECT_TIMEOUT = 10
TIMEOUTS = {
    "sqlite": {"timeout": BUSY_TIMEOUT},
    "postgresql": {"connect_timeout": CONNECT_TIMEOUT},
    "mysql": {"connect_timeout": CONNECT_TIMEOUT},
}
"""Seconds, by database: SQLite's to get another process's lock, the others' to connect."""
START_PATIENCE = 60.0
"""Seconds in which processes that make a new database's tables may get into each other's way."""
COLLISIONS = {"42P07", "42710", "42P01"}
"""PostgreSQL's codes for a table or type that is there already, and a table that is not yet."""

STORAGE_ERRORS: tuple[type[Exception], ...] = (StorageInternalError, SQLAlchemyError)
with suppress(ImportError):  # an extra
    from grpc import RpcError

    STORAGE_ERRORS += (RpcError,)
"""What Optuna raises when the database does not answer as it should."""


def open_storage(
    url: str, create: bool, connections: int = 1, wait: bool = False
) -> WaitingStorage:
    """Optuna's storage at a SQLAlchemy URL such as sqlite:///runs/quick/study.db.

    Or behind Optuna's proxy, at grpc://HOST:PORT. Where the database is away later on, the
    storage waits for it.

    Args:
        create: make it where there is none yet, a SQLite file's folder included.
        connections: to a database that are kept open.
        wait: for a database that is away now already; else that is an error.

    Raises:
        InputError: it cannot be reached, is no database, or holds no studies and `create` is
            False. What is there stays as it was.
    """
    # Its lines on each study and trial; the project has its own.
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # ValueError: a port that is no number
        hidden = re.sub(r"/[^/]*@", "/***@", _masked(url))
        raise InputError(
            f"storage {hidden}: no database URL, such as sqlite:///runs/quick/study.db"
        ) from None
    shown = without_password(parsed)
    if parsed.drivername == "grpc":
        return _proxy(parsed, shown)
    sqlite = parsed.get_backend_name() == "sqlite"
    if sqlite:
        _find_file(parsed, create, shown)
    options: dict[str, Any] = {
        "connect_args": TIMEOUTS.get(parsed.get_backend_name(), {}),
        "pool_size": connections,
        # More only for a moment: a server allows some hundred, and there are many workers.
        "max_overflow": connections,
    }
    try:
        storage = _connect(parsed, options, create, wait, shown)
    except ModuleNotFoundError as error:
        raise InputError(
            f"storage {shown}: needs the Python package {error.name}, which is not installed"
        ) from None
    except ArgumentError as error:
        raise InputError(f"storage {shown}: {error}") from None
    except STORAGE_ERRORS as error:
        raise InputError(f"storage {shown}: cannot be used: {_reason(error)}") from None
    except RuntimeError as error:  # Optuna: written by an incompatible version
        raise InputError(f"storage {shown}: {error}") from None
    if sqlite:
        tune(storage.engine, change_mode=create)
    return WaitingStorage(storage)


def without_password(url: str | URL) -> str:
    """A database URL without its password, to be shown or stored."""
    return _masked(make_url(url).render_as_string(hide_password=True))


def _masked(url: str) -> str:
    """A URL without the passwords in its query, where drivers take them too."""
    return re.sub(r"([?&]\w*passw(or)?d=)[^&]*", r"\1***", url)


@contextmanager
def storage_failures(url: str) -> Iterator[None]:
    """Turns the failure of a storage that was open into WorkFailed, which names it."""
    try:
        yield
    except STORAGE_ERRORS as error:
        raise WorkFailed(
            f"storage {without_password(url)}: {_reason(error)}; once it answers, the same command"
            " goes on"
        ) from None


def _connect(url: URL, options: dict[str, Any], create: bool, wait: bool, shown: str) -> RDBStorage:
    def opened() -> RDBStorage:
        _look_inside(url, options, create, shown)
        return RDBStorage(url.render_as_string(hide_password=False), engine_kwargs=options)

    def may_be_mended(attempt: RetryCallState) -> bool:
        error = attempt.outcome and attempt.outcome.exception()
        if not isinstance(error, STORAGE_ERRORS):
            return False
        waited = attempt.seconds_since_start or 0
        collided = _collided(url, error) and waited < START_PATIENCE
        return collided or (wait and is_away(error) and waited < PATIENCE)

    again = Retrying(retry=may_be_mended, wait=wait_random(0.02, 0.4), sleep=pause)
    return again(opened)


def _collided(url: URL, error: Exception) -> bool:
    """Whether another process was making the same tables, so that they are there by now."""
    if isinstance(error, IntegrityError):
        return True
    # PostgreSQL says it in the language of its server, and as a code.
    if isinstance(error, ProgrammingError) and getattr(error.orig, "sqlstate", None) in COLLISIONS:
        return True
    said = _reason(error)
    return "already exists" in said or (url.get_backend_name() == "sqlite" and "locked" in said)


def _proxy(url: URL, shown: str) -> WaitingStorage:
    if not url.host or not url.port:
        raise InputError(f"storage {shown}: must name host and port, as in grpc://localhost:13000")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ExperimentalWarning)
            storage = GrpcStorageProxy(host=url.host, port=url.port)
        storage.wait_server_ready(timeout=CONNECT_TIMEOUT)
    except ImportError:
        raise InputError(
            f"storage {shown}: needs the package grpcio: pip install '.[grpc]'"
        ) from None
    except ConnectionError:
        raise InputError(f"storage {shown}: no proxy answers there; `proxy` starts one") from None
    return WaitingStorage(storage)


def _find_file(url: URL, create: bool, shown: str) -> None:
    """Sees to it that connecting makes no SQLite file that was not asked for."""
    if not url.database or ":memory:" in url.database or url.query.get("mode") == "memory":
        raise InputError(f"storage {shown}: names no file, so the study would be lost")
    if url.database.startswith("file:"):
        raise InputError(f"storage {shown}: must name the file by its path, as in sqlite:///a/b.db")
    path = Path(url.database)
    try:
        if network := network_file_system(path):
            raise InputError(
                f"storage {shown}: is on a network file system ({network}), where SQLite's locks"
                " fail; name a file on a local disk with --storage, or a PostgreSQL database"
            )
        if path.is_dir():
            raise InputError(f"storage {shown}: is a folder, not a database")
        if not create and not path.exists():
            raise InputError(f"storage {shown}: no such file; `run` starts a study")
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(
            f"storage {shown}: cannot make the folder {path.parent}: {reason}"
        ) from None


def _look_inside(url: URL, options: dict[str, Any], create: bool, shown: str) -> None:
    """Refuses a database without studies, before Optuna makes its tables there."""
    engine = create_engine(url, **options)
    try:
        tables = inspect(engine).get_table_names()
    finally:
        engine.dispose()
    if "studies" in tables:
        return
    if not create:
        raise InputError(f"storage {shown}: holds no studies; `run` starts one")
    # A database server's own tables, or those of other projects, are no mistake.
    if tables and url.get_backend_name() == "sqlite":
        raise InputError(f"storage {shown}: is a database of something else, not of studies")


def _reason(error: Exception) -> str:
    """The database's own words, without SQLAlchemy's around them."""
    cause = error.__cause__ if isinstance(error, StorageInternalError) else error
    text = str(getattr(cause, "orig", None) or cause or error).strip()
    return text.splitlines()[0] if text else type(error).__name__
