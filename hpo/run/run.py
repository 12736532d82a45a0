"""A run of a study, from its definition to its results, by one worker or many."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

import optuna

from data.collection import Collection
from data.errors import InputError
from data.sources.load import for_training
from hpo.dashboard.study_page import refresh
from hpo.database.opening import open_storage, storage_failures
from hpo.database.sqlite_file import Place
from hpo.database.swap import briefly
from hpo.database.urls import without_password
from hpo.database.waiting_storage import WaitingStorage
from hpo.finish.calibrate import calibrate_if_missing
from hpo.finish.once import finish_once
from hpo.run.finished import (
    asks_for_more,
    in_spite_of_a_budget,
    say_nothing_is_trained,
    say_what_changes_nothing,
    say_what_is_shown,
)
from hpo.run.search_task import search_here
from hpo.run.under_way import under_way
from hpo.runtime.files import check_folder
from hpo.runtime.literal_text import say
from hpo.runtime.own_pictures import check_apart
from hpo.runtime.shared_folder import claimed, remove_unused, used
from hpo.search.enqueue import check_start_with, start_with
from hpo.search.given_networks import check_given_networks, keep_given_networks, pictures_given
from hpo.search.warm_start import check_warm_start, warm_start
from hpo.storage.artifacts import open_store, resolve_store
from hpo.storage.asked_budgets import asks_no_more
from hpo.storage.begun_anew import check_not_begun_anew
from hpo.storage.convergence import convergence
from hpo.storage.found_results import check_asked_storage
from hpo.storage.store_patience import check_store
from hpo.storage.stored_results import StoredResults
from hpo.storage.studies import (
    STORAGE,
    Stores,
    files_begin_with,
    find_study,
    keep_fingerprint,
    open_study,
    stored_config,
)
from hpo.storage.trained_pictures import say_if_known
from hpo.storage.workspace import Workspace
from hpo.study.definition import StudyConfig
from hpo.study.results import StudyResults, study_results
from hpo.workers.machine import Machine
from model.device import resolve_device


def on_data(config: StudyConfig, collection: Collection) -> StudyConfig:
    """The study with its data set settled: the one that was loaded.

    If that is not the study's own, its name goes behind the study's, so that the two are never
    mixed: a study on "auto", which is Omniglot, gets "-glyphs" if the data set is the glyphs, and
    the name of a folder of one's own.

    Example:
        >>> from data.sources.load import load_collection
        >>> from hpo.study.file import load_study
        >>> on_data(load_study("quick"), load_collection("glyphs", None)).name
        'quick-glyphs'
    """
    own = "omniglot" if config.dataset == "auto" else config.dataset
    name = config.name
    if collection.name != own:
        kind, _, path = collection.name.partition(":")
        label = re.sub(r"[^A-Za-z0-9._-]+", "-", Path(path).resolve().name) if path else kind
        name = f"{name[:31]}-{label[:32]}"
    return config.model_copy(update={"name": name, "dataset": collection.name})


def run_study(
    config: StudyConfig,
    collection: Collection,
    machine: Machine,
    workspace: Workspace,
    store: str | None = None,
) -> StudyResults:
    """Searches, retrains the best, tests the winner once; goes on where an earlier run stopped.

    If the study is finished, nothing is trained.

    Args:
        config: the study, from `on_data`.
        collection: the data set.
        machine: workers of this machine.
        workspace: folder and storage of the study.
        store: store of checkpoints and of the trials' artifacts, see `open_store`; None takes the
            one that an earlier run of the study named or, where that is not there, two folders of
            the workspace.

    Returns:
        The study's results, as they were written to its folder.

    Raises:
        InputError: the storage, the store or the folder cannot be used, or holds another study, or
            the results of a run in another storage than the one that was named; or another thread
            of this process is at work on the study.
        WorkFailed: no trial was completed, trials keep failing, or the storage does.
        KeyboardInterrupt: an interrupt came; another call goes on where this one stopped.
    """
    resolve_device(machine.device)
    store = resolve_store(store) if store else None
    results = study_results(workspace.results, config)
    if results is not None:
        check_asked_storage(results, workspace)
    else:
        check_folder(workspace.folder)
        check_apart(workspace.folder, config.dataset, config.pictures.extra, machine.data_root)
    workspace.clear_scratch()
    workspace.check_unfinished()
    if results is not None:
        # A process that was killed after it wrote the results may have left this folder.
        remove_unused(workspace.unfinished)
        say_what_is_shown(results, config, workspace)
        return results
    finished = _is_finished(config, workspace)
    if not finished:
        check_given_networks(config)
    if store is not None:
        check_store(store)
    pictures = config.pictures
    collection = for_training(collection, pictures.extra, pictures.drawers == "all")
    if not finished:
        say_if_known(pictures_given(config), collection)
    with (
        storage_failures(workspace.storage),
        under_way(workspace),
        claimed(workspace.folder, together=True),
    ):
        _check_beginning(config, workspace)
        place: Place = "own" if workspace.keeps_storage else "named"
        # Before anything is made here: where it fails, nothing is left.
        storage = open_storage(workspace.storage, create=True, place=place)
        with used(workspace.unfinished):
            # Another study may have begun here since the first look, or ended.
            workspace.check_unfinished()
            study_results(workspace.results, config)
            results = _gone_on_with(config, collection, machine, workspace, store, storage)
    remove_unused(workspace.unfinished)
    return results


def _gone_on_with(
    config: StudyConfig,
    collection: Collection,
    machine: Machine,
    workspace: Workspace,
    store: str | None,
    storage: WaitingStorage,
) -> StudyResults:
    """Results that the storage holds, or that a search and its end here come to; closes it."""

    def check(study: optuna.Study) -> None:
        keep_fingerprint(study, collection)
        if not _shows_results(study, config):
            keep_given_networks(study, config)

    try:
        study = open_study(config, storage, check)
        try:
            results = _stored_results(study, config, workspace)
            if results is not None:
                calibrate_if_missing(workspace, collection, machine)
                return results
            for tried in start_with(study, config):
                say(tried.in_words())
            warm_start(study, config, workspace)
            return _searched_and_finished(study, config, collection, machine, workspace, store)
        except BaseException:
            asks_no_more(study)
            raise
    finally:
        briefly(storage.disconnect)


def _searched_and_finished(
    study: optuna.Study,
    asked: StudyConfig,
    collection: Collection,
    machine: Machine,
    workspace: Workspace,
    store: str | None,
) -> StudyResults:
    # An earlier search's: beside no results it would say that these were removed by hand.
    workspace.trials.unlink(missing_ok=True)
    stores = Stores(store, store) if store else _stores(study, workspace)
    for place in (stores.checkpoints, stores.artifacts):
        open_store(place)
    stores.save(study)
    study.set_user_attr(STORAGE, without_password(workspace.storage))
    config = stored_config(study)
    if config.trials > asked.trials:
        say(
            f"{config.name}: another run of it asks for {config.trials} trials, which counts for"
            f" this one too, not {asked.trials}"
        )
    if (converged := convergence(study, config)) is not None:
        say(in_spite_of_a_budget(config, converged))
    refresh(study, config, plots=False)
    drawn = files_begin_with(study)
    results = None
    while results is None:  # the budget may be raised after it was spent
        check_not_begun_anew(study, drawn)
        search_here(study, stored_config(study), collection, machine, workspace, stores)
        config = stored_config(study)
        refresh(study, config)
        results = finish_once(study, collection, machine, workspace, stores.shared)
    refresh(study, stored_config(study), results, plots=False)
    return results


def _stores(study: optuna.Study, workspace: Workspace) -> Stores:
    """The store that another `run` of the study named, if it is there; else two folders here.

    Raises:
        InputError: it cannot be used.
    """
    before = Stores.of(study)
    shared = None if before is None else before.shared
    if shared is not None and ("://" in shared or Path(shared).is_dir()):
        check_store(shared)
        return Stores(shared, shared)
    return Stores(str(workspace.checkpoints.absolute()), str(workspace.artifacts.absolute()))


def _is_finished(config: StudyConfig, workspace: Workspace) -> bool:
    """Whether results are to be shown that the study's storage holds, and this folder does not."""
    if not config.names_networks:
        return False  # only what is said of those depends on it
    # What cannot be read is told of as it is opened for good.
    with suppress(InputError), find_study(workspace) as (study, _):
        return _shows_results(study, config)
    return False


def _shows_results(study: optuna.Study, config: StudyConfig) -> bool:
    """Whether a study is finished and no more is asked of it: its given networks may be gone."""
    stored = StoredResults.of(study)
    return stored is not None and not asks_for_more(config, stored.results)


def _stored_results(
    study: optuna.Study, config: StudyConfig, workspace: Workspace
) -> StudyResults | None:
    """Results that the study's storage holds, written to this folder; None if it goes on."""
    stored = StoredResults.of(study)
    if stored is None:
        return None
    if asks_for_more(config, stored.results):
        if stored.is_removed_from(workspace):
            stored.withdraw(study)
            return None
        say_nothing_is_trained(stored.results, workspace)
    say_what_changes_nothing(config, stored.results)
    stored.write(study, workspace)
    return stored.results


def _check_beginning(config: StudyConfig, workspace: Workspace) -> None:
    """Makes sure that a study which is not there yet can begin with what it is to begin with.

    Else a study would be left that the mended file does not fit.
    """
    if config.warm_start is None and not config.start_with:
        return
    storage: WaitingStorage | None = None
    with suppress(InputError):  # it is not there yet either, or is told of as it is to be made
        storage = open_storage(workspace.storage, create=False)
    if storage is None or config.name not in optuna.get_all_study_names(storage):
        check_start_with(config)
        check_warm_start(config, storage, workspace)
    if storage is not None:
        briefly(storage.disconnect)
