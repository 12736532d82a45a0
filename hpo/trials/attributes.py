"""What a trial stores beside Optuna's own columns: every attribute, named and typed here alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

import optuna
from optuna.storages import BaseStorage
from optuna.trial import FrozenTrial
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

WORKER = "worker"
"""The attribute that a claim on a trial is written to, also by statements in SQL."""
NOT_FOR_EXPORT = frozenset({WORKER, "heartbeat", "error", "failure"})
"""Attributes of no use outside the study's storage."""


class Deaths(BaseModel):
    """Workers that died with a trial.

    Attributes:
        count: how many died at this epoch, one after the other.
        epochs: how many epochs the trial had reported.
        worker: the name of the last that died.
    """

    count: int
    epochs: int
    worker: str = ""


class TrialRecord(BaseModel):
    """The attributes of a trial; None, or "", where it stores none.

    Attributes:
        worker: the process that runs the trial, or ran it last; "" while nobody does.
        heartbeat: when that process last gave a sign of life, ISO 8601.
        deaths: of the workers that died with it.
        seed: of its training.
        versions: of the packages it was trained with.
        device: it was trained on.
        parameters: how many the network has.
        pictures_per_second: trained in its epochs, on average; in the last one while it runs.
        best_epoch: the epoch of its value, counted from 1.
        standard_error: of its value.
        seconds: it has trained.
        reason: why it was pruned, or is infeasible.
        failure: the class of the exception that ended it.
        error: that exception's traceback.
        warm_start: the older study's trial that it repeats, as "NAME NUMBER".
    """

    # Others may have stored anything: what is read here can be compared and summed.
    model_config = ConfigDict(allow_inf_nan=False)

    worker: str = ""
    heartbeat: str | None = None
    deaths: Deaths | None = None
    seed: int | None = Field(default=None, ge=0, lt=2**31)
    versions: dict[str, str] | None = None
    device: str | None = None
    parameters: int | None = None
    pictures_per_second: float | None = None
    best_epoch: int | None = None
    standard_error: float | None = None
    seconds: float | None = None
    reason: str | None = None
    failure: str | None = None
    error: str | None = None
    warm_start: str | None = None

    @field_validator("heartbeat")
    @classmethod
    def _is_a_time(cls, heartbeat: str | None) -> str | None:
        if heartbeat is not None and datetime.fromisoformat(heartbeat).tzinfo is None:
            raise ValueError("lacks its time zone")
        return heartbeat

    @classmethod
    def of(cls, trial: FrozenTrial | optuna.Trial) -> Self:
        """Reads a trial's attributes; what another program stored in their place is passed over.

        >>> trial = optuna.create_trial(value=0.5, user_attrs={"seed": 7, "seconds": "long"})
        >>> TrialRecord.of(trial).seed, TrialRecord.of(trial).seconds
        (7, None)
        """
        return cls.read(trial.user_attrs)

    @classmethod
    def read(cls, attributes: dict[str, Any]) -> Self:
        """Reads attributes as Optuna's storage has them; see `of`."""
        try:
            return cls.model_validate(attributes)
        except ValidationError as error:
            wrong = {line["loc"][0] for line in error.errors()}
            return cls.model_validate({k: v for k, v in attributes.items() if k not in wrong})

    def attributes(self) -> dict[str, Any]:
        """The attributes that were given to this record, by name, as Optuna stores them."""
        return self.model_dump(mode="json", include=self.model_fields_set)

    def save(self, trial: optuna.Trial) -> None:
        """Stores the attributes that were given to this record; others stay as they are."""
        for name, value in self.attributes().items():
            trial.set_user_attr(name, value)

    def save_to(self, storage: BaseStorage, trial_id: int) -> None:
        """Stores the attributes as `save` does, for a caller that may not use the Trial itself."""
        for name, value in self.attributes().items():
            storage.set_trial_user_attr(trial_id, name, value)
