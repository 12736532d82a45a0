"""A trial that is enqueued once, however often and by however many processes it is asked for."""

from __future__ import annotations

from typing import Any

import optuna
from optuna.trial import TrialState

from hpo.database.optuna_database import CREATION
from hpo.trials.attributes import TrialRecord


def enqueue_once(
    study: optuna.Study, name: str, params: dict[str, Any], record: TrialRecord
) -> None:
    """Enqueues a trial as `Study.enqueue_trial` does, unless the study has one of that name.

    Two processes may begin a study at one moment, and one may be killed in the midst of it.

    Args:
        name: says for what it is enqueued; the same trial has the same one.
        params: values that it is to try.
        record: its other attributes.
    """
    study.add_trial(
        optuna.create_trial(
            state=TrialState.WAITING,
            system_attrs={"fixed_params": params, CREATION: name},
            user_attrs=record.attributes(),
        )
    )
