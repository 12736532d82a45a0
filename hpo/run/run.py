"""A study from its definition to its results, by one worker or many."""

from __future__ import annotations

import shutil

from data.collection import Collection
from hpo.dashboard.study_page import refresh
from hpo.finish.finalists import finish
from hpo.run.search_task import search_here
from hpo.runtime.files import check_folder
from hpo.runtime.literal_text import say
from hpo.search.warm_start import warm_start
from hpo.storage.artifacts import open_store, resolve_store
from hpo.storage.database import open_storage, storage_failures, without_password
from hpo.storage.found_results import other_storage
from hpo.storage.studies import STORAGE, Stores, keep_fingerprint, open_study
from hpo.storage.workspace import Workspace
from hpo.study.definition import StudyConfig
from hpo.study.results import StudyResults, study_results
from hpo.workers.machine import Machine
from model.device import resolve_device


def on_data(config: StudyConfig, collection: Collection) -> StudyConfig:
    """The study on the data there are.

    Where "auto" had to do with glyphs, it is another study, named so: the two are never mixed.
    """
    fallen_back = config.dataset == "auto" and collection.name == "glyphs"
    name = f"{config.name}-glyphs" if fallen_back else config.name
    return config.model_copy(update={"name": name, "dataset": collection.name})


def run_study(
    config: StudyConfig,
    collection: Collection,
    machine: Machine,
    workspace: Workspace,
    store: str | None = None,
) -> StudyResults:
    """Searches, retrains the best, tests the winner once; goes on where an earlier run stopped.

    Where the study is finished, nothing is trained.

    Args:
        config: from `on_data`.
        collection: the data set.
        machine: its workers.
        workspace: the study's folder and storage.
        store: of checkpoints and of the trials' artifacts, see `open_store`; None is two folders
            of the workspace, the second of which stays there.

    Returns:
        What it found.

    Raises:
        InputError: the storage or the folder cannot be used, or holds another study.
        WorkFailed: no trial was completed, trials keep failing, or the storage does.
        KeyboardInterrupt: interrupted; the same call goes on.
    """
    check_folder(workspace.folder)
    resolve_device(machine.device)
    store = resolve_store(store) if store else None
    results = study_results(workspace.results, config)
    workspace.check_unfinished()
    if results is not None:
        # What a kill between the results and its removal left.
        shutil.rmtree(workspace.unfinished, ignore_errors=True)
        _say_what_is_shown(results, config, workspace)
        return results
    with storage_failures(workspace.storage):
        study = open_study(config, open_storage(workspace.storage, create=True))
        keep_fingerprint(study, collection)
        warm_start(study, config, workspace)
        stores = Stores(
            store or str(workspace.checkpoints.absolute()),
            store or str(workspace.artifacts.absolute()),
        )
        for place in (stores.checkpoints, stores.artifacts):
            open_store(place)
        stores.save(study)
        study.set_user_attr(STORAGE, without_password(workspace.storage))
        refresh(study, config, plots=False)
        search_here(study, config, collection, machine, workspace, stores)
        refresh(study, config)
        results = finish(study, config, collection, machine, workspace)
        refresh(study, config, results, plots=False)
    # Another process may be leaving it as well.
    shutil.rmtree(workspace.unfinished, ignore_errors=True)
    return results


def _say_what_is_shown(results: StudyResults, config: StudyConfig, workspace: Workspace) -> None:
    """Says on stderr how results that are shown again differ from what was asked for."""
    folder, other = workspace.folder, other_storage(results, workspace.storage)
    if other is not None:
        say(
            f"{folder} holds the results of a run in {other}, which are shown; choose another"
            f" --output to run it in {without_password(workspace.storage)}"
        )
    before = results.budget.trials
    if config.trials > before:
        say(
            f"{folder} is finished and tested after {before} trials: nothing is trained; remove"
            f" its {workspace.results.name} to search further and test anew"
        )
