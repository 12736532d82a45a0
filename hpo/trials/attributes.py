"""Attributes that a trial stores beside Optuna's own columns, named and typed here alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

import optuna
from optuna.storages import BaseStorage
from optuna.trial import FrozenTrial
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

WORKER = "worker"
"""Attribute that names the process which runs a trial; SQL statements read and write it too."""
MANY = 10**12
"""More than a worker counts of anything."""
CENTURY = 100 * 365 * 24 * 3600.0
"""More seconds than a worker trains."""
NOT_FOR_EXPORT = frozenset({WORKER, "heartbeat", "error", "failure"})
"""Attributes of no use outside the study's storage."""


class Deaths(BaseModel):
    """Deaths of workers that ran a trial.

    Attributes:
        count: number of workers that died at this epoch, one after the other.
        epochs: number of epochs that the trial had reported.
        worker: name of the last worker that died.
        reported: number of epochs that all trials of the study had reported then.
        in_a_row: number of these workers that died with no epoch between in the whole study.
    """

    count: int = Field(ge=0, le=MANY)
    epochs: int = Field(ge=0, le=MANY)
    worker: str = ""
    reported: int = Field(default=0, ge=0, le=MANY)
    in_a_row: int = Field(default=0, ge=0, le=MANY)


class TrialRecord(BaseModel):
    """The attributes of a trial; None, or "", for those that it does not store.

    Attributes:
        worker: name of the process that runs the trial, or ran it last; "" while it waits.
        heartbeat: time of that process's last sign of life, ISO 8601.
        deaths: deaths of workers that ran it.
        seed: seed of its training.
        versions: versions of the packages that it was trained with.
        device: device that it was trained on.
        parameters: number of parameters of its network.
        pictures_per_second: training speed, on average over its epochs; of the last one while the
            trial runs.
        pictures_per_step: pictures that a step of its training sees at most, where the data set has
            fewer than the configuration asks for.
        best_epoch: epoch that its value is from, counted from 1.
        standard_error: standard error of its value.
        seconds: seconds that it has trained.
        stopped: whether its pruner stopped it; stored in lockstep alone.
        reason: why it was pruned, or is infeasible.
        failure: class of the exception that ended it.
        error: traceback of that exception.
        warm_start: the older study's trial that it repeats, as "NAME NUMBER".
        enqueued: name of the file whose configuration it tries.

    Example:
        >>> TrialRecord(seed=7, seconds=41.5).attributes()
        {'seed': 7, 'seconds': 41.5}
    """

    # Others may have stored anything: what is read here can be compared, summed and divided by.
    model_config = ConfigDict(allow_inf_nan=False)

    worker: str = ""
    heartbeat: str | None = None
    deaths: Deaths | None = None
    seed: int | None = Field(default=None, ge=0, lt=2**31)
    versions: dict[str, str] | None = None
    device: str | None = None
    parameters: int | None = Field(default=None, ge=0, le=MANY)
    pictures_per_second: float | None = Field(default=None, ge=1 / MANY, le=MANY)
    pictures_per_step: int | None = Field(default=None, ge=1, le=MANY)
    best_epoch: int | None = Field(default=None, ge=1, le=MANY)
    standard_error: float | None = Field(default=None, ge=0, le=1)
    seconds: float | None = Field(default=None, ge=0, le=CENTURY)
    stopped: bool | None = None
    reason: str | None = None
    failure: str | None = None
    error: str | None = None
    warm_start: str | None = None
    enqueued: str | None = None

    @field_validator("heartbeat")
    @classmethod
    def _is_a_time(cls, heartbeat: str | None) -> str | None:
        if heartbeat is not None:
            moment = datetime.fromisoformat(heartbeat)
            if moment.tzinfo is None or not 1970 <= moment.year <= 9000:
                raise ValueError("lacks its time zone, or is of no worker's time")
        return heartbeat

    @classmethod
    def of(cls, trial: FrozenTrial | optuna.Trial) -> Self:
        """Reads the attributes of a trial; one that another program wrote otherwise is left out.

        Example:
            >>> trial = optuna.create_trial(value=0.5, user_attrs={"seed": 7, "seconds": "long"})
            >>> TrialRecord.of(trial).seed, TrialRecord.of(trial).seconds
            (7, None)
        """
        return cls.read(trial.user_attrs)

    @classmethod
    def read(cls, attributes: dict[str, Any]) -> Self:
        """Reads attributes as Optuna stores them, by name; see `of`."""
        try:
            return cls.model_validate(attributes)
        except ValidationError as error:
            wrong = {line["loc"][0] for line in error.errors()}
            return cls.model_validate({k: v for k, v in attributes.items() if k not in wrong})

    def attributes(self) -> dict[str, Any]:
        """The attributes that were given to this record, as Optuna stores them, by name."""
        return self.model_dump(mode="json", include=self.model_fields_set)

    def save(self, trial: optuna.Trial) -> None:
        """Stores the attributes that were given to this record; the trial's others stay."""
        for name, value in self.attributes().items():
            trial.set_user_attr(name, value)

    def save_to(self, storage: BaseStorage, trial_id: int) -> None:
        """Stores the attributes as `save` does, for a caller that may not use the Trial itself."""
        for name, value in self.attributes().items():
            storage.set_trial_user_attr(trial_id, name, value)
