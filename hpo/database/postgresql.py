"""Connections to PostgreSQL on which no wait is endless: not for the server, nor for a lock."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from typing import Any, TypeVar

import psycopg
from psycopg import waiting
from sqlalchemy import URL, Engine, event
from sqlalchemy import Connection as SqlConnection
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from hpo.runtime.interrupts import must_not_wait

CONNECT_TIMEOUT = 10
"""Seconds to connect."""
SILENCE = 20.0
"""Seconds without a byte from the server after which the connection is given up."""
LOOK = 0.1
"""Seconds between two looks at the clock, and at signals, within a wait."""
TRANSPORT = {
    "keepalives_idle": 10,  # seconds
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,  # milliseconds
}
"""Settings by which the kernel notices a peer that is gone: a firewall that forgot it, a cable."""
LIMITS = {
    "statement_timeout": 20_000,
    "lock_timeout": 10_000,
    # A process that is frozen in mid-transaction keeps its locks no longer. More than Optuna needs
    # within a transaction to unpack the trials of a large study.
    "idle_in_transaction_session_timeout": 30_000,
}
"""Time limits that the server keeps, in milliseconds."""

Answer = TypeVar("Answer")


class _Connection(psycopg.Connection[Any]):
    """A connection that is closed when the server is silent, or when a wait for it is broken off.

    psycopg itself would first ask the server to cancel the query, and wait for that.

    Attributes:
        limited: whether the server keeps the LIMITS for all transactions.
    """

    limited = True

    def wait(
        self,
        gen: Generator[Any, Any, Answer],
        interval: float = LOOK,
        timeout: float | None = None,
    ) -> Answer:
        patient = _patient(gen, SILENCE if timeout is None else timeout)
        try:
            return waiting.wait(patient, self.pgconn.socket, interval=interval)
        except BaseException as error:
            if isinstance(error, _Silent) or not isinstance(error, Exception):
                self.pgconn.finish()
            raise


class _Silent(psycopg.OperationalError):
    """The server did not answer in time."""


def connector(url: URL) -> Callable[[], psycopg.Connection[Any]]:
    """A function that connects to a database with psycopg, as SQLAlchemy would, and the limits.

    Prepared statements are off: PgBouncer may give each transaction to another connection of its
    own, which does not know them.
    """
    # The dialect knows what psycopg must convert to what.
    dialect: Any = PGDialect_psycopg
    arguments, given = dialect(dbapi=psycopg).create_connect_args(url)
    limits = " ".join(f"-c {name}={value}" for name, value in LIMITS.items())
    # What the URL says goes first; of two options of one name the server takes the last.
    defaults: dict[str, Any] = {
        "connect_timeout": CONNECT_TIMEOUT,
        "prepare_threshold": None,
        **TRANSPORT,
    }
    limited = {"options": f"{limits} {given.get('options', '')}".strip()}

    def connect() -> psycopg.Connection[Any]:
        try:
            return _Connection.connect(*arguments, **(defaults | given | limited))
        except psycopg.OperationalError as error:
            if "unsupported startup parameter" not in str(error):
                raise
        # PgBouncer: it passes none of them on.
        connection = _Connection.connect(*arguments, **(defaults | given))
        connection.limited = False
        return connection

    return connect


def limit_transactions(engine: Engine) -> None:
    """Sets the LIMITS for each transaction by itself, where they cannot be set for all."""
    event.listen(engine, "begin", _on_begin)


def _on_begin(connection: SqlConnection) -> None:
    ours = connection.connection.driver_connection
    if isinstance(ours, _Connection) and not ours.limited:
        limits = (f"set_config('{name}', '{value}', true)" for name, value in LIMITS.items())
        connection.exec_driver_sql(f"SELECT {', '.join(limits)}")


def _patient(waits: Generator[Any, Any, Answer], seconds: float) -> Generator[Any, Any, Answer]:
    """psycopg's waits for the socket, of which none may last so long, or the process ends."""
    since = time.monotonic()
    try:
        wanted = next(waits)
        while True:
            ready = yield wanted
            now = time.monotonic()
            if ready:
                since = now
            elif now - since > seconds:
                raise _Silent(f"the server has not answered for {seconds:g} s")
            elif must_not_wait():
                raise _Silent("the wait for the server was broken off")
            wanted = waits.send(ready)
    except StopIteration as end:
        answer: Answer = end.value
        return answer
