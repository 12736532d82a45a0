"""How SQLAlchemy connects to a database: its driver, its time limits, its pool."""

from __future__ import annotations

from typing import Any

from sqlalchemy import URL, NullPool

from hpo.database.sqlite import BUSY_TIMEOUT, only_readable, read_only_connector

CONNECT_TIMEOUT, ANSWER_TIMEOUT = 10, 20
TIMEOUTS: dict[str, dict[str, Any]] = {
    "sqlite": {"timeout": BUSY_TIMEOUT},
    "psycopg2": {"connect_timeout": CONNECT_TIMEOUT},
    "mysqldb": {"connect_timeout": CONNECT_TIMEOUT, "read_timeout": ANSWER_TIMEOUT},
    "pymysql": {"connect_timeout": CONNECT_TIMEOUT, "read_timeout": ANSWER_TIMEOUT},
}
"""Seconds, by database or driver: SQLite's to get another process's lock, the others' to connect
and to be answered. For psycopg see `hpo.database.postgresql`."""


def engine_options(url: URL, connections: int) -> dict[str, Any]:
    """What SQLAlchemy's `create_engine` is told beside the URL.

    Args:
        connections: number of connections that are kept open; there are never more, for a server
            allows some hundred altogether.
    """
    backend, driver = url.get_backend_name(), url.get_driver_name()
    if backend == "sqlite":
        arguments = TIMEOUTS["sqlite"]
        if only_readable(url.database or ""):
            return {
                "creator": read_only_connector(url.database or "", arguments["timeout"]),
                "poolclass": NullPool,
            }
        # The file takes any number.
        return {"connect_args": arguments, "pool_size": connections, "max_overflow": connections}
    pool = {"pool_size": connections, "max_overflow": 0}
    if driver == "psycopg":
        from hpo.database.postgresql import connector

        return {"creator": connector(url), **pool}
    return {"connect_args": TIMEOUTS.get(driver, {}), **pool}
