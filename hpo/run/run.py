"""A run of a study, from its definition to its results, by one worker or many."""

from __future__ import annotations

import shutil
import sys

from data.collection import Collection
from hpo.dashboard.study_page import refresh
from hpo.finish.finalists import finish
from hpo.run.search_task import search_here
from hpo.runtime.files import check_folder
from hpo.search.warm_start import warm_start
from hpo.storage.artifacts import open_store, resolve_store
from hpo.storage.database import open_storage, storage_failures, without_password
from hpo.storage.studies import STORAGE, Stores, keep_fingerprint, open_study
from hpo.storage.workspace import Workspace
from hpo.study.definition import StudyConfig
from hpo.study.results import StudyResults, study_results
from hpo.workers.machine import Machine
from model.device import resolve_device


def on_data(config: StudyConfig, collection: Collection) -> StudyConfig:
    """The study with its data set settled: the one that was loaded.

    A study with data set "auto" gets "-glyphs" behind its name if the data set is the glyphs, so
    that it is never mixed with the one on Omniglot.

    Example:
        >>> from data.sources.load import load_collection
        >>> from hpo.study.file import load_study
        >>> on_data(load_study("quick"), load_collection("glyphs", None)).name
        'quick-glyphs'
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

    If the study is finished, nothing is trained.

    Args:
        config: the study, from `on_data`.
        collection: the data set.
        machine: workers of this machine.
        workspace: folder and storage of the study.
        store: store of checkpoints and of the trials' artifacts, see `open_store`; None takes two
            folders of the workspace.

    Returns:
        The study's results, as they were written to its folder.

    Raises:
        InputError: the storage or the folder cannot be used, or holds another study.
        WorkFailed: no trial was completed, trials keep failing, or the storage does.
        KeyboardInterrupt: an interrupt came; another call goes on where this one stopped.
    """
    check_folder(workspace.folder)
    resolve_device(machine.device)
    store = resolve_store(store) if store else None
    results = study_results(workspace.results, config)
    workspace.check_unfinished()
    if results is not None:
        # A process that was killed after it wrote the results may have left this folder.
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
    # Errors are ignored: another process may be removing it too.
    shutil.rmtree(workspace.unfinished, ignore_errors=True)
    return results


def _say_what_is_shown(results: StudyResults, config: StudyConfig, workspace: Workspace) -> None:
    """Tells on stderr how the results that are shown differ from the ones asked for."""
    folder, storage = workspace.folder, without_password(workspace.storage)
    if (results.storage or storage) != storage:
        print(
            f"{folder} holds the results of a run in {results.storage}, which are shown;"
            f" choose another --output to run it in {storage}",
            file=sys.stderr,
        )
    before = results.budget.trials
    if config.trials > before:
        print(
            f"{folder} is finished and tested after {before} trials: nothing is trained; remove"
            f" its {workspace.results.name} to search further and test anew",
            file=sys.stderr,
        )
