"""Optuna's storage of a database, in which what was asked for twice is made once."""

from __future__ import annotations

import copy
import json
from typing import Any
from uuid import uuid4

import optuna
from optuna.storages import RDBStorage
from optuna.storages._rdb import models
from optuna.trial import FrozenTrial, TrialState
from sqlalchemy import select
from sqlalchemy.orm import Session

CREATION = "creation"
"""The system attribute that names the call by which a trial was made."""


def named(template: FrozenTrial | None) -> FrozenTrial:
    """The template of a new trial with a name for its creation, by which that can be repeated."""
    if template is None:
        template = optuna.create_trial(state=TrialState.RUNNING)
    if CREATION in template.system_attrs:  # a client of Optuna's proxy gave it
        return template
    template = copy.copy(template)
    template.system_attrs = {**template.system_attrs, CREATION: uuid4().hex}
    return template


class OptunaDatabase(RDBStorage):
    """Optuna's storage; see `named` for its one difference.

    Optuna itself repeats a creation that failed, up to five times, and so makes several trials of
    one where the database did as it was told and only its answer was lost.
    """

    def __init__(self, url: str, **options: Any) -> None:  # noqa: ANN401
        self._found: set[int] = set()
        try:
            super().__init__(url, **options)
        except BaseException:
            if engine := getattr(self, "engine", None):
                engine.dispose()  # else its connection stays open, and is one of few
            raise

    def _create_new_trial(
        self, study_id: int, template_trial: FrozenTrial | None = None
    ) -> FrozenTrial:
        trial = super()._create_new_trial(study_id, template_trial)
        if trial._trial_id in self._found:  # it is no more as the template has it
            self._found.discard(trial._trial_id)
            return self.get_trial(trial._trial_id)
        return trial

    def _get_prepared_new_trial(
        self, study_id: int, template_trial: FrozenTrial | None, session: Session
    ) -> models.TrialModel:
        """Called once the study's row is locked, within the transaction that makes the trial."""
        creation = template_trial.system_attrs.get(CREATION) if template_trial else None
        if creation is not None:
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
        return super()._get_prepared_new_trial(study_id, template_trial, session)
