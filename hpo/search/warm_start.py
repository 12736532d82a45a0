"""A new study begins with the best configurations of an older one."""

from __future__ import annotations

import optuna

from data.errors import InputError
from hpo.storage.database import open_storage
from hpo.storage.optuna_private import storage_of
from hpo.storage.studies import WARM_START, stored_study
from hpo.storage.workspace import Workspace
from hpo.study.definition import StudyConfig
from hpo.study.transfer import nearest
from hpo.trials.attributes import TrialRecord
from hpo.trials.configuration import trial_config
from hpo.trials.ranking import best_trials

FIRST = 5
"""Trials that are tried again: fewer than a sampler starts with, for it needs other regions too."""


def warm_start(study: optuna.Study, config: StudyConfig, workspace: Workspace) -> None:
    """Enqueues the best complete trials of `config.warm_start`, once in a study's life.

    They are trials of the new study as any other: numbered, trained, counted in its budget. Each
    value is the new space's nearest to what the old trial was trained with, searched there or
    fixed; a choice that the new space does not have is left to its sampler. See `nearest` for
    networks of another depth.

    Args:
        workspace: the study's; where its storage does not have the older study, that is looked
            for in the folder beside it.

    Raises:
        InputError: the older study is in neither, or has no complete trial.
    """
    name = config.warm_start
    if name is None or WARM_START in study.user_attrs:
        return
    older, older_config = _older(study, workspace.beside(name))
    best = best_trials(older, older_config, min(FIRST, config.trials))
    if not best:
        raise InputError(f"warm_start: study {name} has no complete trial yet")
    # What a kill in this loop left.
    there = {TrialRecord.of(trial).warm_start for trial in study.get_trials(deepcopy=False)}
    for trial in best:
        source = f"{name} {trial.number}"
        if source not in there:
            params = nearest(config, trial_config(older_config, trial))
            study.enqueue_trial(params, user_attrs=TrialRecord(warm_start=source).attributes())
    study.set_user_attr(WARM_START, [f"{name} {trial.number}" for trial in best])


def _older(study: optuna.Study, beside: Workspace) -> tuple[optuna.Study, StudyConfig]:
    name = beside.name
    if name in optuna.get_all_study_names(storage_of(study)):
        return stored_study(name, storage_of(study))
    try:
        return stored_study(name, open_storage(beside.storage, create=False))
    except InputError as error:
        raise InputError(
            f"warm_start: study {name} is not in this study's storage, nor in {beside.folder}:"
            f" {error}"
        ) from None
