"""Where studies live: SQLite, or any database that SQLAlchemy reaches, through Optuna."""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

import optuna
from optuna.exceptions import ExperimentalWarning, StorageInternalError
from optuna.storages import RDBStorage
from sqlalchemy import URL, StaticPool, create_engine, inspect
from sqlalchemy.exc import ArgumentError, IntegrityError, ProgrammingError, SQLAlchemyError
from tenacity import RetryCallState, Retrying, wait_random_exponential

from data.errors import InputError, WorkFailed
from data.full_disk import NoRoom
from hpo.database.engine import CONNECT_TIMEOUT, engine_options
from hpo.database.full_disk import database_full
from hpo.database.optuna_database import OptunaDatabase
from hpo.database.optuna_private import limit_calls
from hpo.database.retrying import LONGEST_PAUSE, PATIENCE, SAY_AFTER, is_away, patiently
from hpo.database.sqlite import tune
from hpo.database.sqlite_file import Place, find_file
from hpo.database.urls import Ambiguous, in_brackets, parse_url, without_password
from hpo.database.waiting_storage import NotThere, WaitingStorage
from hpo.runtime.interrupts import pause

PROXY_TIMEOUT = 30.0
"""Seconds in which a call of Optuna's proxy is to be answered."""
START_PATIENCE = 60.0
"""Seconds in which processes that make a new database's tables may get into each other's way."""
SHORTEST_PAUSE = 0.05
"""Most seconds of the random pause between the first two tries; they double with each try."""
NO_PLACE = re.compile("too many (clients|connections)|connection slots|no more connections")
"""What PostgreSQL, MySQL and PgBouncer say that have all the connections which they allow."""
BEHIND_PROXY = "Exception calling application: "
"""What gRPC puts before the words of an exception that was raised behind it."""
STUDIES, LAST_TABLE = "studies", "alembic_version"
"""One of the tables that Optuna makes, and the last of them."""
STUDY_COLUMNS = {"study_id", "study_name"}
"""Columns of `STUDIES`, by which it is known from a table of another program."""
COLLISIONS = {"42P07", "42710", "42P01"}
"""PostgreSQL's codes for a table or type that is there already, and a table that is not yet."""

log = logging.getLogger(__name__)

STORAGE_ERRORS: tuple[type[Exception], ...] = (
    StorageInternalError,
    SQLAlchemyError,
    NotThere,
    NoRoom,
)
with suppress(ImportError):  # an extra
    from grpc import RpcError

    STORAGE_ERRORS += (RpcError,)
"""What a storage raises when the database, the study in it or its disk is not as it should be."""


def open_storage(
    url: str, create: bool, connections: int = 1, wait: bool = False, place: Place = "own"
) -> WaitingStorage:
    """Optuna's storage at a SQLAlchemy URL such as sqlite:///runs/quick/study.db.

    Or behind Optuna's proxy, at grpc://HOST:PORT. Where the database is away later on, the
    storage waits for it.

    Args:
        create: make it where there is none yet.
        connections: number of connections to a database that are kept open.
        wait: wait for a database that is away now already; else that is an error, unless it is
            there and has no connection to spare.
        place: whose place a SQLite file is that `create` makes: "own", its folder is made too;
            "named" by the user, who may have mistyped it: its folder must be there; "there": the
            file, too.

    Raises:
        InputError: it cannot be reached, is no database, or holds no studies and `create` is
            False. What is there stays as it was.
        NoRoom: its disk takes nothing more.
        StorageAway: it was waited for in vain.
    """
    # Its lines on each study and trial; the project has its own.
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    shown = without_password(url)
    try:
        parsed = parse_url(url)
    except (ArgumentError, ValueError) as error:
        hint = f"; {error}" if isinstance(error, Ambiguous) else ""
        raise InputError(
            f"storage {shown}: no database URL, such as sqlite:///runs/quick/study.db{hint}"
        ) from None
    if parsed.drivername == "grpc":
        return _proxy(parsed, wait, shown)
    if parsed.get_backend_name() == "sqlite":
        find_file(parsed, place if create else "there", shown)
    try:
        options = engine_options(parsed, connections)
        storage = _connect(parsed, options, create, wait, shown)
    except ImportError as error:
        raise InputError(f"storage {shown}: {_missing(error)}") from None
    except (ArgumentError, ValueError, TypeError, OverflowError) as error:  # what is after the ?
        raise InputError(f"storage {shown}: {error}") from None
    except STORAGE_ERRORS as error:
        if (full := database_full(error, parsed)) is not None:
            raise full from None
        line = f"storage {shown}: cannot be used: {reason(error)}"
        raise (StorageAway if wait and is_away(error) else InputError)(line) from None
    return WaitingStorage(storage)


def _missing(error: ImportError) -> str:
    # An extra; the second is what psycopg says that has no libpq.
    if error.name == "psycopg" or "pq wrapper" in str(error):
        return "needs the package psycopg: pip install '.[postgres]'"
    return f"needs the Python package {error.name}, which is not installed"


class StorageAway(WorkFailed):
    """The database did not answer this process; it may answer others."""


@contextmanager
def storage_failures(url: str) -> Iterator[None]:
    """Turns the failure of a storage that was open into WorkFailed, which names it.

    Raises:
        StorageAway: it did not answer for long.
        WorkFailed: it failed otherwise.
    """
    try:
        yield
    except NoRoom:
        raise
    except NotThere:
        raise WorkFailed(
            f"storage {without_password(url)}: the study was deleted while it was in use"
        ) from None
    except STORAGE_ERRORS as error:
        raise (StorageAway if is_away(error) else WorkFailed)(
            f"storage {without_password(url)}: {reason(error)}; once it answers, the same command"
            " goes on"
        ) from None


def _connect(url: URL, options: dict[str, Any], create: bool, wait: bool, shown: str) -> RDBStorage:
    def opened() -> RDBStorage:
        if not _holds_studies(url, options, create, shown):
            _make_tables(url, options)
        storage = _database(url, options)
        if storage.get_current_version() != storage.get_head_version():
            storage.engine.dispose()
            raise InputError(
                f"storage {shown}: is of another version of Optuna; to bring it up to date:"
                f" optuna storage upgrade --storage {shown}"
            )
        if url.get_backend_name() == "sqlite" and "poolclass" not in options:
            tune(storage.engine, change_mode=create)
        if url.get_driver_name() == "psycopg":
            from hpo.database.postgresql import limit_transactions

            limit_transactions(storage.engine)
        return storage

    def may_be_mended(attempt: RetryCallState) -> bool:
        error = attempt.outcome and attempt.outcome.exception()
        if not isinstance(error, STORAGE_ERRORS):
            return False
        waited = attempt.seconds_since_start or 0
        if database_full(error, url) is not None:
            return False
        busy = _collided(url, error) or NO_PLACE.search(reason(error))
        return (bool(busy) and waited < START_PATIENCE) or (
            wait and is_away(error) and waited < PATIENCE
        )

    said = False

    def say_it_is_waited_for(attempt: RetryCallState) -> None:
        nonlocal said
        if not said and (attempt.seconds_since_start or 0) > SAY_AFTER:
            log.warning("%s does not let this process in; waiting for it", shown)
            said = True

    pauses = wait_random_exponential(SHORTEST_PAUSE, LONGEST_PAUSE)
    again = Retrying(
        retry=may_be_mended, wait=pauses, sleep=pause, before_sleep=say_it_is_waited_for
    )
    return again(opened)


def _make_tables(url: URL, options: dict[str, Any]) -> None:
    """Optuna's tables, where there are none; Optuna asks for a second connection meanwhile."""
    sizes = ("pool_size", "max_overflow")
    one = {key: value for key, value in options.items() if key not in sizes}
    _database(url, one | {"poolclass": StaticPool}, skip_table_creation=False).engine.dispose()


def _database(
    url: URL, options: dict[str, Any], skip_table_creation: bool = True
) -> OptunaDatabase:
    return OptunaDatabase(
        url.render_as_string(hide_password=False),
        engine_kwargs=options,
        skip_compatibility_check=True,  # it takes a second connection, and it is done here
        skip_table_creation=skip_table_creation,
    )


def _collided(url: URL, error: Exception) -> bool:
    """Whether another process was making the same tables, so that they are there by now."""
    if isinstance(error, IntegrityError):
        return True
    # PostgreSQL says it in the language of its server, and as a code.
    if isinstance(error, ProgrammingError) and getattr(error.orig, "sqlstate", None) in COLLISIONS:
        return True
    said = reason(error)
    return "already exists" in said or (url.get_backend_name() == "sqlite" and "locked" in said)


def _proxy(url: URL, wait: bool, shown: str) -> WaitingStorage:
    if not url.host or not url.port:
        raise InputError(f"storage {shown}: must name host and port, as in grpc://localhost:13000")
    try:
        from hpo.database.proxy_client import proxy_client

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ExperimentalWarning)
            storage = proxy_client(in_brackets(url.host), url.port)

        def may_start(error: BaseException) -> bool:
            return wait and isinstance(error, ConnectionError)

        ready = partial(storage.wait_server_ready, timeout=CONNECT_TIMEOUT)
        patiently(ready, lambda: None, may_start, f"the proxy at {shown}")
        limit_calls(storage, PROXY_TIMEOUT)
    except ImportError:
        raise InputError(
            f"storage {shown}: needs the package grpcio: pip install '.[grpc]'"
        ) from None
    except ConnectionError:
        line = f"storage {shown}: no proxy answers there; `proxy` starts one"
        raise (StorageAway if wait else InputError)(line) from None
    return WaitingStorage(storage)


def _holds_studies(url: URL, options: dict[str, Any], create: bool, shown: str) -> bool:
    """Whether Optuna's tables are there; refuses a database where they may not be made."""
    engine = create_engine(url, **options)
    try:
        inspector = inspect(engine)
        tables = inspector.get_table_names()
        studies = inspector.get_columns(STUDIES) if STUDIES in tables else []
    finally:
        engine.dispose()
    if studies:
        foreign = not {column["name"] for column in studies} >= STUDY_COLUMNS
    else:
        # Other tables of a server are no mistake, but this one can be one project's alone.
        alone = create and url.get_backend_name() == "sqlite"
        foreign = LAST_TABLE in tables or (alone and bool(tables))
    if foreign:
        raise InputError(f"storage {shown}: is a database of something else, not of studies")
    if LAST_TABLE not in tables and not create:
        raise InputError(f"storage {shown}: holds no studies; `run` starts one")
    return LAST_TABLE in tables


def reason(error: Exception) -> str:
    """The database's own words in one line, without those of SQLAlchemy or gRPC around them."""
    cause = error.__cause__ if isinstance(error, StorageInternalError) else error
    details = getattr(cause, "details", None)  # grpc.RpcError, where grpc is installed
    said = details() if callable(details) else getattr(cause, "orig", None)
    text = str(said or cause or error).removeprefix(BEHIND_PROXY).strip()
    return text.splitlines()[0] if text else type(error).__name__
