"""A waiting trial that is taken up, with its worker's name, in one step."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime

import optuna
from optuna.exceptions import UpdateFinishedTrialError
from optuna.storages import RDBStorage
from optuna.trial import FrozenTrial, TrialState
from sqlalchemy import Connection, exists, insert, select, update

from hpo.database.optuna_private import (
    TRIAL_ATTRIBUTES,
    TRIALS,
    set_state,
    storage_of,
    trial_id,
)
from hpo.database.waiting_storage import WaitingStorage
from hpo.trials.attributes import WORKER, TrialRecord


def set_running(study: optuna.Study, trial: FrozenTrial, worker: str) -> bool:
    """Sets a waiting trial running as this worker's; False where another was faster.

    May be repeated: Optuna's own operation would tell who took the trial, and lost the answer,
    that another was faster, and nobody would run it. Where the storage is Optuna's proxy, there is
    only that one; then the others find after a while that the trial gives no sign of life.
    """
    storage = storage_of(study)
    if isinstance(storage, WaitingStorage) and storage.database is not None:
        return storage.ask(_in_one_step, storage.database, trial_id(trial), worker)
    with suppress(UpdateFinishedTrialError):
        if set_state(study, trial, TrialState.RUNNING):
            TrialRecord(worker=worker).save_to(storage, trial_id(trial))
            return True
    return False


def _in_one_step(database: RDBStorage, number: int, worker: str) -> bool:
    trial, now = TRIALS.c, datetime.now(UTC).replace(tzinfo=None)  # as Optuna stores times
    with database.engine.begin() as connection:
        taken = connection.execute(
            update(TRIALS)
            .where(trial.trial_id == number, trial.state == TrialState.WAITING)
            .values(state=TrialState.RUNNING, datetime_start=now)
        )
        if taken.rowcount:
            _put_name(connection, number, worker)
            return True
        return _is_its(connection, number, worker)


def _put_name(connection: Connection, number: int, worker: str) -> None:
    of = TRIAL_ATTRIBUTES.c
    name = {"value_json": json.dumps(worker)}
    there = connection.execute(
        update(TRIAL_ATTRIBUTES).where(of.trial_id == number, of.key == WORKER).values(name)
    )
    if not there.rowcount:
        new = {"trial_id": number, "key": WORKER, **name}
        connection.execute(insert(TRIAL_ATTRIBUTES).values(new))


def _is_its(connection: Connection, number: int, worker: str) -> bool:
    """Whether the trial runs as this worker's: it was taken before, and the answer lost."""
    of, trial = TRIAL_ATTRIBUTES.c, TRIALS.c
    runs = exists().where(trial.trial_id == number, trial.state == TrialState.RUNNING)
    its = exists().where(
        of.trial_id == number, of.key == WORKER, of.value_json == json.dumps(worker)
    )
    return bool(connection.scalar(select(runs & its)))
