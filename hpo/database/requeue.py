"""A running trial that waits again, let go in one step by one of those who may."""

from __future__ import annotations

import json
from contextlib import suppress

import optuna
from optuna.exceptions import UpdateFinishedTrialError
from optuna.storages import RDBStorage
from optuna.trial import FrozenTrial, TrialState
from sqlalchemy import exists, select, update

from hpo.database.optuna_private import TRIAL_ATTRIBUTES, TRIALS, storage_of, stored, trial_id
from hpo.database.waiting_storage import WaitingStorage
from hpo.trials.attributes import WORKER, TrialRecord


def set_waiting(study: optuna.Study, trial: optuna.Trial | FrozenTrial, worker: str) -> None:
    """Sets a trial waiting again, if it runs and is still this worker's; else changes nothing.

    Args:
        worker: its name on the trial; "", nobody's.

    Several notice a death at the same moment. One that looked, and wrote only after another had
    made the trial wait and a third had taken it, would take it from the living. Optuna offers no
    operation that looks and writes in one; where the storage is its proxy, there are only its own.
    """
    storage = storage_of(study)
    if isinstance(storage, WaitingStorage) and storage.database is not None:
        storage.ask(_in_one_step, storage.database, trial_id(trial), worker)
    elif TrialRecord.of(stored(study, trial)).worker == worker:
        with suppress(UpdateFinishedTrialError):
            TrialRecord(worker="").save_to(storage, trial_id(trial))
            storage.set_trial_state_values(trial_id(trial), TrialState.WAITING)


def _in_one_step(database: RDBStorage, number: int, worker: str) -> None:
    named, trial = TRIAL_ATTRIBUTES.c, TRIALS.c
    with database.engine.begin() as connection:
        # The name first: of two that write the same row, the second sees what the first wrote.
        name = (named.trial_id == number, named.key == WORKER)
        let_go = connection.execute(
            update(TRIAL_ATTRIBUTES)
            .where(*name, named.value_json == json.dumps(worker))
            .values(value_json=json.dumps(""))
        )
        # Who took it may have died before it put its name there for the first time.
        nameless = worker == "" and not connection.scalar(select(exists().where(*name)))
        waits = connection.execute(
            update(TRIALS)
            .where(trial.trial_id == number, trial.state == TrialState.RUNNING)
            .values(state=TrialState.WAITING)
        )
        if not ((let_go.rowcount or nameless) and waits.rowcount):
            connection.rollback()
