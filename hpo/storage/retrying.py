"""A database that is away for a while - restarted, unreachable, locked - is waited for."""

from __future__ import annotations

import logging
import random
import sqlite3
import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from optuna.exceptions import StorageInternalError
from optuna.storages import BaseStorage
from sqlalchemy.exc import InterfaceError, OperationalError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as NoFreeConnection

from hpo.runtime.interrupts import pause

PATIENCE = 100.0
"""Seconds after which a database that does not answer is given up."""
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 5.0
SAY_AFTER = 3.0
"""Seconds of waiting that are worth a line in the log."""
SQLITE_AWAY = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
}
OPERATIONS = (
    *BaseStorage.__abstractmethods__,
    # What Optuna's cache in front of a database calls instead of some of these.
    "_create_new_trial",
    "_get_best_trial_id",
    "_get_trials",
    "_set_trial_param",
)

log = logging.getLogger(__name__)
P = ParamSpec("P")
R = TypeVar("R")


def make_patient(storage: BaseStorage) -> None:
    """Every operation of the storage waits, with growing pauses, while its database is away.

    All of them may be repeated: where the first attempt came through and only its answer was
    lost, the second changes nothing, or is refused as Optuna refuses a change to what is finished.
    A trial made twice stays waiting, see `hpo.trials.budget`.
    """
    for name in OPERATIONS:
        if operation := getattr(storage, name, None):
            setattr(storage, name, patient(operation, storage))


def is_away(error: Exception) -> bool:
    """Whether a storage's exception says that the database may answer later."""
    cause = error.__cause__ if isinstance(error, StorageInternalError) else error
    if isinstance(cause, NoFreeConnection | PendingRollbackError):
        return True
    if isinstance(cause, OperationalError | InterfaceError):
        if isinstance(cause.orig, sqlite3.Error):
            return (cause.orig.sqlite_errorcode & 0xFF) in SQLITE_AWAY
        return True
    return _is_unavailable_proxy(error)


def _is_unavailable_proxy(error: Exception) -> bool:
    code = getattr(error, "code", None)  # grpc.RpcError, where grpc is installed
    return callable(code) and getattr(code(), "name", "") == "UNAVAILABLE"


def patient(operation: Callable[P, R], storage: BaseStorage) -> Callable[P, R]:
    """The operation, which waits, with growing pauses, while the storage's database is away."""

    @wraps(operation)
    def waits(*args: P.args, **kwargs: P.kwargs) -> R:
        start, longest = time.monotonic(), FIRST_PAUSE
        said = False
        while True:
            try:
                answer = operation(*args, **kwargs)
            except Exception as error:
                waited = time.monotonic() - start
                if not is_away(error) or waited > PATIENCE:
                    raise
                storage.remove_session()  # it may wait for a rollback that cannot be had
                if waited > SAY_AFTER and not said:
                    log.warning("the storage does not answer; waiting for it")
                    said = True
                # By chance, so that many workers do not come back at the same moment.
                pause(random.uniform(longest / 2, longest))
                longest = min(2 * longest, LONGEST_PAUSE)
            else:
                if said:
                    log.warning("the storage answers again, after %.0f s", time.monotonic() - start)
                return answer

    return waits
