"""A study's attribute changed in one step, by one of those who would change it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from typing import Any

import optuna
from optuna.storages import RDBStorage
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from hpo.database.optuna_private import STUDY_ATTRIBUTES, storage_of, study_id
from hpo.database.waiting_storage import WaitingStorage

SETTLE = 1.0
"""Seconds after which one who wrote behind Optuna's proxy looks whether another wrote over it."""

END_PATIENCE = 2.0
"""Seconds that a process which ends has to say so."""


def briefly(operation: Callable[[], object]) -> None:
    """Has an operation on a storage done, but waits for END_PATIENCE seconds at most.

    For a process that ends, while the database may be away: what it would say is found out without
    it, later.
    """

    def tried() -> None:
        with suppress(Exception):
            operation()

    thread = Thread(target=tried, name="briefly", daemon=True)
    thread.start()
    thread.join(END_PATIENCE)


def swap(study: optuna.Study, key: str, before: Any, after: Any) -> bool:  # noqa: ANN401
    """Sets a study's attribute, if it is still what it was; else nothing changes.

    Optuna offers no operation that compares and writes in one. Behind its proxy there are only its
    own: the last one who writes at one moment has it there, and the others find out.

    Args:
        before: its value when it was read; None if it was not set.
        after: the new value; it should be the caller's alone, for after an answer that was lost the
            caller must know its own.

    Returns:
        Whether the attribute is `after` now.
    """
    storage = storage_of(study)
    if isinstance(storage, WaitingStorage) and storage.database is not None:
        values = json.dumps(before), json.dumps(after)
        return storage.ask(_in_one_step, storage.database, study_id(study), key, *values)
    if study.user_attrs.get(key) != before:
        return False
    study.set_user_attr(key, after)
    time.sleep(SETTLE)
    return bool(study.user_attrs.get(key) == after)


def _in_one_step(database: RDBStorage, study: int, key: str, before: str, after: str) -> bool:
    stored = STUDY_ATTRIBUTES.c
    this = (stored.study_id == study, stored.key == key)
    with database.engine.begin() as connection:
        changed = connection.execute(
            update(STUDY_ATTRIBUTES)
            .where(*this, stored.value_json == before)
            .values(value_json=after)
        )
        if changed.rowcount:
            return True
        found = connection.scalar(select(stored.value_json).where(*this))
        if found is not None or before != "null":
            return bool(found == after)
    try:
        with database.engine.begin() as connection:
            connection.execute(
                insert(STUDY_ATTRIBUTES).values(study_id=study, key=key, value_json=after)
            )
    except IntegrityError:  # another was faster
        return False
    return True
