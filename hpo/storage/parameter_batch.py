"""A trial's parameters, written to the database in one transaction instead of one each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from optuna.storages import BaseStorage, RDBStorage
from sqlalchemy.exc import IntegrityError

from hpo.storage.database import database_behind
from hpo.storage.retrying import patient


@contextmanager
def parameters_together(storage: BaseStorage) -> Iterator[None]:
    """What is suggested meanwhile reaches the database at the end, or not at all.

    A transaction for each of some thirty parameters is most of what a trial asks of a database.
    Optuna has no public way to write several: where its inner one is not there, or the storage is
    Optuna's proxy, they are written one by one.
    """
    database = database_behind(storage)
    one_by_one = getattr(database, "_set_trial_param", None)
    inner = hasattr(database, "_set_trial_param_without_commit")
    if not (database and one_by_one and inner):
        yield
        return
    found: list[tuple[Any, ...]] = []
    vars(database)["_set_trial_param"] = lambda *parameter: found.append(parameter)
    try:
        yield
    finally:
        vars(database)["_set_trial_param"] = one_by_one
    if found:
        patient(_write, database)(database, found)


def _write(database: RDBStorage, parameters: list[tuple[Any, ...]]) -> None:
    # Where they are there already, the first attempt came through and its answer was lost.
    with (
        database.scoped_session() as session,
        suppress(IntegrityError),
        session.begin(),
        session.no_autoflush,
    ):
        for parameter in parameters:
            database._set_trial_param_without_commit(session, *parameter)
