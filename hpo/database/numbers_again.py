"""Whether a database numbers new studies and trials as it numbered some that were deleted."""

from __future__ import annotations

import optuna

from hpo.database.optuna_private import storage_of
from hpo.database.waiting_storage import WaitingStorage


def gives_numbers_again(study: optuna.Study) -> bool:
    """Whether what is written to a trial that was deleted may land on another's.

    So it is in SQLite. Of a database behind Optuna's proxy that is not known, and it is False.
    """
    storage = storage_of(study)
    database = storage.database if isinstance(storage, WaitingStorage) else None
    return database is not None and database.engine.dialect.name == "sqlite"
