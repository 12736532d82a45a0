"""Optuna's storage of a database: what was asked for twice is made once, and none too many."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from math import inf
from typing import Any, ClassVar
from uuid import uuid4

import optuna
from optuna.storages import RDBStorage
from optuna.storages._rdb import models
from optuna.trial import FrozenTrial, TrialState
from sqlalchemy import select
from sqlalchemy.orm import Session

CREATION = "creation"
"""The system attribute that names the call by which a trial was made."""
BELOW = "number_below"
"""The system attribute of a template that says below which number the trial must be made."""


class NoPlace(KeyError):  # noqa: N818 - nobody's fault
    """Others were faster: the trial would get a number that has no place, and is not made.

    It is a `KeyError`, for that is the one exception of which Optuna's proxy hands the text on.
    """

    TEXT = "no trial may be made with this number"


def named(template: FrozenTrial | None) -> FrozenTrial:
    """The template of a new trial with a name for its creation, by which that can be repeated."""
    if template is None:
        template = optuna.create_trial(state=TrialState.RUNNING)
    if CREATION in template.system_attrs:  # a client of Optuna's proxy gave it
        return template
    template = copy.copy(template)
    template.system_attrs = {**template.system_attrs, CREATION: uuid4().hex}
    return template


def numbered_below(template: FrozenTrial, number: int) -> FrozenTrial:
    """The template of a trial that is made only if its number is below this one.

    Workers that saw the same last place in a budget would else make a trial each.
    """
    template = copy.copy(template)
    template.system_attrs = {**template.system_attrs, BELOW: number}
    return template


class OptunaDatabase(RDBStorage):
    """Optuna's storage; see `named`, `numbered_below` and `_local` for its differences.

    Optuna itself repeats a creation that failed, up to five times, and so makes several trials of
    one where the database did as it was told and only its answer was lost.
    """

    _newest: ClassVar[str] = ""

    def __init__(self, url: str, **options: Any) -> None:  # noqa: ANN401
        self._found: set[int] = set()
        self._below: dict[str, int] = {}
        try:
            super().__init__(url, **options)
        except BaseException:
            if engine := getattr(self, "engine", None):
                engine.dispose()  # else its connection stays open, and is one of few
            raise

    def get_head_version(self) -> str:
        """Finds the version of the tables that this Optuna makes, once in a process.

        Optuna runs all its scripts for older databases to tell it, which takes longer than all else
        of opening a database.
        """
        if not OptunaDatabase._newest:
            OptunaDatabase._newest = super().get_head_version()
        return OptunaDatabase._newest

    def _create_new_trial(
        self, study_id: int, template_trial: FrozenTrial | None = None
    ) -> FrozenTrial:
        creation = _creation(template_trial)
        if template_trial is not None and BELOW in template_trial.system_attrs:
            template_trial = copy.copy(template_trial)
            attributes: dict[str, Any] = dict(template_trial.system_attrs)
            self._below[creation] = attributes.pop(BELOW)  # is not stored
            template_trial.system_attrs = attributes
        try:
            trial = super()._create_new_trial(study_id, template_trial)
        finally:
            self._below.pop(creation, None)
        if trial._trial_id in self._found:  # it is no more as the template has it
            self._found.discard(trial._trial_id)
            return self.get_trial(trial._trial_id)
        return trial

    def _get_prepared_new_trial(
        self, study_id: int, template_trial: FrozenTrial | None, session: Session
    ) -> models.TrialModel:
        """Called once the study's row is locked, within the transaction that makes the trial."""
        creation = _creation(template_trial)
        if creation:
            attribute = models.TrialSystemAttributeModel
            made = session.scalars(
                select(models.TrialModel)
                .join(attribute, attribute.trial_id == models.TrialModel.trial_id)
                .where(
                    models.TrialModel.study_id == study_id,
                    attribute.key == CREATION,
                    attribute.value_json == json.dumps(creation),
                )
            ).first()
            if made is not None:
                self._found.add(int(made.trial_id))
                return made
        if template_trial is not None and template_trial.state is TrialState.RUNNING:
            # By the clock that its end is told by: a client of Optuna's proxy has its own, perhaps
            # in another time zone, which is not told with the time.
            template_trial = copy.copy(template_trial)
            template_trial.datetime_start = datetime.now()
        trial = super()._get_prepared_new_trial(study_id, template_trial, session)
        if trial.number >= self._below.get(creation, inf):
            raise NoPlace(NoPlace.TEXT)  # which ends the transaction: nothing was made
        return trial

    def _build_frozen_trial_from_trial_model(self, trial: models.TrialModel) -> FrozenTrial:
        frozen = super()._build_frozen_trial_from_trial_model(trial)
        frozen.datetime_start = _local(trial._datetime_start_utc)
        frozen.datetime_complete = _local(trial._datetime_complete_utc)
        return frozen


def _local(stored: Any) -> datetime | None:  # noqa: ANN401 - SQLAlchemy's column, to mypy
    """A stored time by this machine's clock, with the `fold` that Optuna drops.

    In the hour after clocks are put back nothing else tells it from an hour before.
    """
    if stored is None:
        return None
    exact: datetime = stored.replace(tzinfo=UTC)
    local = exact.astimezone().replace(tzinfo=None)
    return local if local.astimezone(UTC) == exact else local.replace(fold=1)


def _creation(template: FrozenTrial | None) -> str:
    """The name of the call that makes a trial; "" if it has none."""
    return str(template.system_attrs.get(CREATION, "")) if template is not None else ""
