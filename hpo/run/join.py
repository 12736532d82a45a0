"""This machine's workers added to a study that was started elsewhere."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import optuna

from data.errors import InputError
from data.sources.load import for_training, load_collection
from hpo.run.search_task import search_here
from hpo.run.under_way import under_way
from hpo.runtime.literal_text import say
from hpo.runtime.own_pictures import check_apart
from hpo.runtime.shared_folder import claimed, remove_unused, used
from hpo.search.checkpoints import clear_finished
from hpo.search.given_networks import keep_given_networks
from hpo.storage.artifacts import open_store, resolve_store
from hpo.storage.convergence import end_of_search
from hpo.storage.store_patience import check_store
from hpo.storage.stored_results import StoredResults
from hpo.storage.studies import Stores, check_fingerprint, files_begin_with, find_study
from hpo.storage.workspace import Workspace
from hpo.workers.machine import Machine
from model.device import resolve_device


def join_study(machine: Machine, workspace: Workspace, store: str | None = None) -> None:
    """Adds this machine's workers to a study that was started elsewhere.

    Args:
        machine: workers of this machine.
        workspace: name and storage of the study, which has its definition, and a folder for logs.
            The folder also takes checkpoints and artifacts if the study's own stores are folders
            that this machine does not have.
        store: store of checkpoints and artifacts; None takes the study's.

    Raises:
        InputError: there is no such study, its store cannot be used, or this machine has another
            data set, or another network where the study's trainings are given one, or another
            thread of this process is at work on the study.
        WorkFailed: trials keep failing, or the storage does.
        KeyboardInterrupt: an interrupt came; running trials were given back.
    """
    resolve_device(machine.device)
    store = resolve_store(store) if store else None
    with (
        under_way(workspace),
        claimed(workspace.folder, together=True),
        find_study(workspace) as (study, config),
    ):
        pictures = config.pictures
        check_apart(workspace.folder, config.dataset, pictures.extra, machine.data_root)
        workspace.clear_scratch()
        collection = load_collection(config.dataset, machine.data_root)
        collection = for_training(collection, pictures.extra, pictures.drawers == "all")
        check_fingerprint(study, collection)
        if limit := end_of_search(study, study.get_trials(deepcopy=False), config):
            say(f"{workspace.name}: {limit}")
            _clear_up(study, workspace, store)
            return
        keep_given_networks(study, config)
        workspace.check_unfinished()
        stores = Stores(store, store) if store else _stores(study, workspace)
        for place in {stores.checkpoints, stores.artifacts}:
            check_store(place)
        with used(workspace.unfinished):
            workspace.check_unfinished()  # another study may have begun here since the first look
            search_here(study, config, collection, machine, workspace, stores)
        _clear_up(study, workspace, store)


def _clear_up(study: optuna.Study, workspace: Workspace, store: str | None) -> None:
    """Removes what processes left that were killed, here or elsewhere, or ended before this one."""
    places = [store, str(workspace.checkpoints)]
    if store is None and (stores := Stores.of(study)):
        places.append(stores.checkpoints)
    for place in filter(None, places):
        if "://" in place or Path(place).is_dir():
            clear_finished(study, open_store(place), files_begin_with(study))
    with suppress(OSError):  # not empty, or not there
        workspace.checkpoints.rmdir()
    workspace.clear_scratch()
    with suppress(InputError):  # what cannot be read here is nothing that this study left
        stored = StoredResults.of(study)
        if stored is not None and stored.are_in(workspace):
            remove_unused(workspace.unfinished)  # left by the `run` that finished it


def _stores(study: optuna.Study, workspace: Workspace) -> Stores:
    """The study's stores; if they are folders that this machine does not have, its own folders."""
    stores = Stores.of(study)
    here = str(workspace.artifacts.absolute())
    if stores is None:
        raise InputError(
            f"study {study.study_name}: `run` has only begun with it; try again in a moment"
        )
    if "://" in stores.checkpoints or Path(stores.checkpoints).is_dir():
        return Stores(stores.checkpoints, stores.artifacts or here)
    say(
        f"{stores.checkpoints}, where the study's checkpoints are, is not on this machine: a trial"
        " that another machine began starts again here, and the pictures of those that end here"
        " stay in this machine's files; share that folder, or --artifacts"
    )
    return Stores(str(workspace.checkpoints.absolute()), here)
