"""A running trial that waits again, let go in one step by one of those who may."""

from __future__ import annotations

import json
from contextlib import suppress

from optuna.exceptions import UpdateFinishedTrialError
from optuna.storages import BaseStorage, RDBStorage
from optuna.storages._rdb.models import TrialModel, TrialUserAttributeModel
from optuna.trial import TrialState
from sqlalchemy import exists, select, update

from hpo.storage.database import database_behind
from hpo.storage.retrying import patient
from hpo.trials.attributes import WORKER, TrialRecord


def set_waiting(storage: BaseStorage, trial_id: int, worker: str) -> None:
    """The trial waits again, if it runs and is still this worker's; else nothing changes.

    Args:
        worker: its name on the trial; "", nobody's.

    Several notice a death at the same moment. One that looked, and wrote only after another had
    made the trial wait and a third had taken it, would take it from the living. Optuna offers no
    operation that looks and writes in one; where the storage is its proxy, there are only its own.
    """
    if database := database_behind(storage):
        patient(_in_one_step, database)(database, trial_id, worker)
    elif TrialRecord.read(storage.get_trial_user_attrs(trial_id)).worker == worker:
        with suppress(UpdateFinishedTrialError):
            TrialRecord(worker="").save_to(storage, trial_id)
            storage.set_trial_state_values(trial_id, TrialState.WAITING)


def _in_one_step(database: RDBStorage, trial_id: int, worker: str) -> None:
    named, trial = TrialUserAttributeModel, TrialModel
    with database.engine.begin() as connection:
        # The name first: of two that write the same row, the second sees what the first wrote.
        name = (named.trial_id == trial_id, named.key == WORKER)
        let_go = connection.execute(
            update(named)
            .where(*name, named.value_json == json.dumps(worker))
            .values(value_json=json.dumps(""))
        )
        # Who took it may have died before it put its name there for the first time.
        nameless = worker == "" and not connection.scalar(select(exists().where(*name)))
        waits = connection.execute(
            update(trial)
            .where(trial.trial_id == trial_id, trial.state == TrialState.RUNNING)
            .values(state=TrialState.WAITING)
        )
        if not ((let_go.rowcount or nameless) and waits.rowcount):
            connection.rollback()
