"""Warm start: a new study begins with the best configurations of an older one."""

from __future__ import annotations

import optuna
from optuna.storages import BaseStorage
from optuna.trial import FrozenTrial

from data.errors import InputError
from hpo.database.enqueue_once import enqueue_once
from hpo.database.opening import open_storage
from hpo.database.optuna_private import storage_of
from hpo.database.swap import swap
from hpo.database.waiting_storage import disconnect
from hpo.runtime.literal_text import say
from hpo.search.enqueue import has_searched
from hpo.storage.studies import WARM_START, stored_study
from hpo.storage.workspace import Workspace
from hpo.study.definition import StudyConfig
from hpo.study.transfer import nearest
from hpo.trials.attributes import TrialRecord
from hpo.trials.configuration import trial_config
from hpo.trials.ranking import best_trials

FIRST = 5
"""Number of trials tried again: below `startup_trials`, for a sampler needs other regions too."""


def warm_start(study: optuna.Study, config: StudyConfig, workspace: Workspace) -> None:
    """Enqueues the best complete trials of the study `config.warm_start`, once in a study's life.

    They become trials of the new study like any other: numbered, trained, counted in its budget.
    Each parameter gets the value of the new space that is nearest to the one that the old trial was
    trained with, whether that was searched or fixed. A choice that the new space does not have is
    left to its sampler. See `nearest` for networks of another depth.

    Args:
        study: the new study in its storage.
        config: its definition; nothing is done if it names no older study.
        workspace: folder and storage of the new study. The older study is looked for in this
            storage, then in the folder beside this one.

    Raises:
        InputError: the older study is in neither, or has no complete trial.
    """
    name = config.warm_start
    if name is None or has_searched(study):
        swap(study, WARM_START, None, [])  # decided
    if WARM_START in study.user_attrs:
        begun = {trial.rpartition(" ")[0] for trial in study.user_attrs[WARM_START]}
        if name is not None and name not in begun:
            say(f"{config.name}: was begun without warm_start {name}, which has no effect now")
        return
    assert name is not None
    older_config, best = _best(name, config, storage_of(study), workspace)
    for trial in best:
        source = f"{name} {trial.number}"
        params = nearest(config, trial_config(older_config, trial))
        enqueue_once(study, f"warm start {source}", params, TrialRecord(warm_start=source))
    study.set_user_attr(WARM_START, [f"{name} {trial.number}" for trial in best])


def check_warm_start(
    config: StudyConfig, storage: BaseStorage | None, workspace: Workspace
) -> None:
    """Checks, before a study is made, that its `warm_start` names one with complete trials.

    Args:
        storage: the study's; None if it is not there yet.

    Raises:
        InputError: as `warm_start`.
    """
    if config.warm_start is not None:
        _best(config.warm_start, config, storage, workspace)


def _best(
    name: str, config: StudyConfig, storage: BaseStorage | None, workspace: Workspace
) -> tuple[StudyConfig, list[FrozenTrial]]:
    """The older study's definition, and those of its trials that are tried again."""
    older, older_config = _older(storage, workspace.beside(name))
    try:
        best = best_trials(older, older_config, min(FIRST, config.trials))
    finally:
        if storage_of(older) is not storage:
            disconnect(older)
    if not best:
        raise InputError(f"warm_start: study {name} has no complete trial yet")
    return older_config, best


def _older(storage: BaseStorage | None, beside: Workspace) -> tuple[optuna.Study, StudyConfig]:
    """The older study and its definition, from the study's storage or else from `beside`."""
    name = beside.name
    if storage is not None and name in optuna.get_all_study_names(storage):
        return stored_study(name, storage)
    try:
        return stored_study(name, open_storage(beside.storage, create=False))
    except InputError as error:
        raise InputError(
            f"warm_start: study {name} is not in this study's storage, nor in {beside.folder}:"
            f" {error}"
        ) from None
