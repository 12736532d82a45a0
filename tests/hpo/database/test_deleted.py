"""A study that another program deletes while a call is under way: it is not there, and no more.

What the database says depends on the statement before which the study goes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import optuna
import pytest
from optuna.distributions import FloatDistribution
from optuna.trial import TrialState
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.exc import OperationalError

from hpo.database.opening import open_storage
from hpo.database.waiting_storage import NotThere, WaitingStorage

UNIFORM = FloatDistribution(0, 1)
CALLS: dict[str, Callable[[WaitingStorage, int, int], object]] = {
    "a new trial": lambda storage, study, _: storage.create_new_trial(study),
    "a parameter": lambda storage, _, trial: storage.set_trial_param(trial, "x", 0.5, UNIFORM),
    "a report": lambda storage, _, trial: storage.set_trial_intermediate_value(trial, 1, 0.5),
    "a report again": lambda storage, _, trial: storage.set_trial_intermediate_value(trial, 0, 1),
    "an attribute": lambda storage, _, trial: storage.set_trial_user_attr(trial, "seed", 1),
    "an attribute again": lambda storage, _, trial: storage.set_trial_user_attr(trial, "old", 2),
    "an end": lambda storage, _, trial: storage.set_trial_state_values(
        trial, TrialState.COMPLETE, [0.5]
    ),
    "the study's attribute": lambda storage, study, _: storage.set_study_user_attr(study, "a", 1),
    "the study's again": lambda storage, study, _: storage.set_study_user_attr(study, "old", 2),
    "the study's own again": lambda storage, study, _: storage.set_study_system_attr(
        study, "old", 2
    ),
    "what is read": lambda storage, study, _: storage.get_all_trials(study),
}
STATEMENTS = 8
"""More than any of the calls has."""
OF_TRIALS = ("values", "intermediate_values", "params", "user_attributes", "system_attributes")
OF_STUDIES = ("trials", "study_directions", "study_user_attributes", "study_system_attributes")


@pytest.mark.parametrize("call", CALLS)
def test_what_is_deleted_in_the_midst_of_a_call_is_not_there(call: str, postgres: str) -> None:
    came, storage = set(), open_storage(postgres, create=True)
    for statement in range(1, STATEMENTS + 1):
        study = storage.create_new_study([optuna.study.StudyDirection.MAXIMIZE], f"{statement}")
        trial = storage.create_new_trial(study)
        storage.set_trial_user_attr(trial, "old", 1)
        storage.set_trial_intermediate_value(trial, 0, 0.5)
        storage.set_study_user_attr(study, "old", 1)
        storage.set_study_system_attr(study, "old", 1)
        with deleted_before(storage, statement, study, postgres):
            try:
                CALLS[call](storage, study, trial)
                came.add("an answer")
            except NotThere:
                came.add("not there")
    storage.disconnect()
    # Where the call has locked the rows, the other program waits, and the call is done.
    assert came == {"an answer", "not there"}


@contextmanager
def deleted_before(storage: WaitingStorage, statement: int, study: int, url: str) -> Iterator[None]:
    """Deletes a study from another connection before the n-th statement of the block."""
    assert storage.database is not None
    left, other = [statement], create_engine(url)

    def count(*_: object) -> None:
        left[0] -= 1
        if left[0] == 0:
            with other.connect() as connection:
                delete(connection, study)

    event.listen(storage.database.engine, "before_cursor_execute", count)
    try:
        yield
    finally:
        event.remove(storage.database.engine, "before_cursor_execute", count)
        other.dispose()


def delete(connection: Connection, study: int) -> None:
    """Nothing is deleted where a row is locked."""
    connection.execute(text("SET lock_timeout = '200ms'"))
    its = f"WHERE study_id = {study}"
    trials = f"WHERE trial_id IN (SELECT trial_id FROM trials {its})"
    try:
        for table in OF_TRIALS:
            connection.execute(text(f"DELETE FROM trial_{table} {trials}"))
        for table in (*OF_STUDIES, "studies"):
            connection.execute(text(f"DELETE FROM {table} {its}"))
        connection.commit()
    except OperationalError:
        connection.rollback()
