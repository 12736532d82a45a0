"""A call to a database that is away for a while - restarted, unreachable, locked - is repeated."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable
from typing import TypeVar

from optuna.exceptions import StorageInternalError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    stop_after_delay,
    wait_random_exponential,
)

from hpo.runtime.interrupts import pause

PATIENCE = 100.0
"""Seconds after which a database that does not answer is given up."""
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
"""Seconds; each pause is of random length, so that many workers do not come back together."""
SAY_AFTER = 3.0
"""Seconds of waiting that are worth a line in the log."""
SQLITE_AWAY = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
}

log = logging.getLogger(__name__)
R = TypeVar("R")


def is_away(error: BaseException) -> bool:
    """Whether a storage's exception says that the database may answer later."""
    cause = error.__cause__ if isinstance(error, StorageInternalError) else error
    if isinstance(cause, NoFreeConnection | PendingRollbackError):
        return True
    # Whatever the server said last: it has ended the connection, for this process slept, say.
    if isinstance(cause, DBAPIError) and cause.connection_invalidated:
        return True
    if isinstance(cause, OperationalError | InterfaceError):
        if isinstance(cause.orig, sqlite3.Error):
            return (cause.orig.sqlite_errorcode & 0xFF) in SQLITE_AWAY
        return True
    return _is_unavailable_proxy(error)


def patiently(
    operation: Callable[[], R],
    before_retry: Callable[[], object],
    away: Callable[[BaseException], bool] = is_away,
    what: str = "the storage",
) -> R:
    """The operation's answer, waited for with growing pauses while its database is away.

    An interrupt ends a pause at once.

    Args:
        before_retry: is called after each failure that another attempt follows.
        away: whether an exception says that an answer may come later.
        what: is away, for the log.

    Raises:
        Exception: the operation's own: a mistake, or the database was away for PATIENCE seconds.
    """
    start, said = time.monotonic(), False

    def failed(_: RetryCallState) -> None:
        nonlocal said
        before_retry()
        if not said and time.monotonic() - start > SAY_AFTER:
            log.warning("%s does not answer; waiting for it", what)
            said = True

    def answered() -> None:
        if said:
            log.warning("%s answers again, after %.0f s", what, time.monotonic() - start)

    try:
        answer = Retrying(
            retry=retry_if_exception(away),
            stop=stop_after_delay(PATIENCE),
            wait=wait_random_exponential(FIRST_PAUSE, LONGEST_PAUSE),
            before_sleep=failed,
            sleep=pause,
            reraise=True,
        )(operation)
    except Exception as error:
        if not away(error):  # that something is not there, say, is an answer as well
            answered()
        raise
    answered()
    return answer


def _is_unavailable_proxy(error: BaseException) -> bool:
    code = getattr(error, "code", None)  # grpc.RpcError, where grpc is installed
    return callable(code) and getattr(code(), "name", "") in ("UNAVAILABLE", "DEADLINE_EXCEEDED")
