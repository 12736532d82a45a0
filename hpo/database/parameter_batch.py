"""A trial's parameters, written to the database in one transaction instead of one each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import optuna
from optuna.distributions import BaseDistribution
from optuna.storages import RDBStorage
from sqlalchemy.exc import IntegrityError

from hpo.database.optuna_private import (
    Parameter,
    can_hold_parameters,
    store_parameter,
    study_id,
)
from hpo.database.waiting_storage import WaitingStorage


@contextmanager
def parameters_together(trial: optuna.Trial) -> Iterator[None]:
    """Writes the parameters suggested within the block in one transaction at its end, or none.

    A transaction for each of some thirty parameters is most of what a trial asks of a database.
    Optuna has no public way to write several: where its inner one is not there, or the storage is
    Optuna's proxy, they are written one by one.
    """
    storage = trial.storage
    if not (isinstance(storage, WaitingStorage) and storage.database and can_hold_parameters()):
        yield
        return
    held: list[Parameter] = []
    storage.held = held
    try:
        yield
    finally:
        storage.held = None
    if held:
        known = storage.distributions.setdefault(study_id(trial.study), {})
        storage.ask(_write, storage.database, held, known)
        known.update({name: distribution for _, name, _, distribution in held})


def _write(
    database: RDBStorage, parameters: list[Parameter], known: dict[str, BaseDistribution]
) -> None:
    # Where they are there already, the first attempt came through and its answer was lost.
    with (
        database.scoped_session() as session,
        suppress(IntegrityError),
        session.begin(),
        session.no_autoflush,
    ):
        for parameter in parameters:
            store_parameter(database, session, parameter, known.get(parameter.name))
