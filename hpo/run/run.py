"""A study from its definition to its results, by one worker or many."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import optuna

from data.collection import Collection
from data.errors import InputError
from data.sources.load import load_collection
from data.splits import SearchData
from hpo.console.progress import Progress
from hpo.dashboard.study_page import refresh
from hpo.finish.finalists import finish, finished_results
from hpo.finish.retrain_task import SearchTask
from hpo.runtime.files import check_folder, log_files, work_folder
from hpo.search.checkpoints import Checkpoints, open_store, resolve_store
from hpo.search.loop import search
from hpo.search.objective import Objective
from hpo.search.warm_start import warm_start
from hpo.storage.database import open_storage, storage_failures, without_password
from hpo.storage.studies import STORAGE, check_fingerprint, find_study, keep_fingerprint, open_study
from hpo.study.definition import StudyConfig
from hpo.trials.budget import counts, reached_limit
from hpo.workers.machine import Machine
from hpo.workers.pool import run_tasks
from model.device import resolve_device

STORE = "artifact_store"
"""The study attribute that tells other machines where checkpoints are."""
ARTIFACTS = "artifacts"
"""The study attribute that tells where the trials' artifacts are; a folder in the output, too."""


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
    storage: str,
    output: Path,
    store: str | None = None,
) -> dict[str, Any]:
    """Searches, retrains the best, tests the winner once; goes on where an earlier run stopped.

    Where the study is finished, nothing is trained.

    Args:
        config: from `on_data`.
        storage: database URL.
        output: the folder for all files.
        store: of checkpoints and of the trials' artifacts, see `open_store`; None is two folders,
            the second of which stays in `output`.

    Returns:
        The content of results.json.

    Raises:
        InputError: the storage or the folder cannot be used, or holds another study.
        WorkFailed: no trial was completed, trials keep failing, or the storage does.
        KeyboardInterrupt: interrupted; the same call goes on.
    """
    check_folder(output)
    resolve_device(machine.device)
    store = resolve_store(store) if store else None
    results = finished_results(output, config)
    if results is not None:
        # What a kill between the results and its removal left.
        shutil.rmtree(work_folder(output, config.name), ignore_errors=True)
        if results.get("storage", without_password(storage)) != without_password(storage):
            print(
                f"{output} holds the results of a run in {results['storage']}, which are shown;"
                f" choose another --output to run it in {without_password(storage)}",
                file=sys.stderr,
            )
        before = results["budget"]["trials"]
        if config.trials > before:
            print(
                f"{output} is finished and tested after {before} trials: nothing is trained; remove"
                " its results.json to search further and test anew",
                file=sys.stderr,
            )
        return results
    work = work_folder(output, config.name)
    with storage_failures(storage):
        study = open_study(config, open_storage(storage, create=True))
        keep_fingerprint(study, collection)
        warm_start(study, config, output)
        artifacts = store or str((output / ARTIFACTS).absolute())
        store = store or str((work / "checkpoints").absolute())
        for place in (store, artifacts):
            open_store(place)
        study.set_user_attr(STORE, store)
        study.set_user_attr(ARTIFACTS, artifacts)
        study.set_user_attr(STORAGE, without_password(storage))
        refresh(study, config, plots=False)
        _search(study, config, collection, machine, storage, store, artifacts, output)
        refresh(study, config)
        results = finish(
            study, config, collection, machine, output, work, without_password(storage)
        )
        refresh(study, config, results, plots=False)
    shutil.rmtree(work, ignore_errors=True)  # another process may be leaving it as well
    return results


def join_study(
    name: str, machine: Machine, storage: str, output: Path, store: str | None = None
) -> None:
    """Adds this machine's workers to a study that was started elsewhere.

    Args:
        name: of the study; its definition comes from the storage.
        storage: database URL.
        output: the folder for logs, and for checkpoints where the study's own store is a folder
            that this machine does not have; its trials' artifacts then, too.
        store: of checkpoints and artifacts, instead of the study's.

    Raises:
        InputError: no such study, or its data set is not this machine's.
        WorkFailed: trials keep failing, or the storage does.
        KeyboardInterrupt: interrupted.
    """
    check_folder(output)
    resolve_device(machine.device)
    store = resolve_store(store) if store else None
    with find_study(name, storage, output) as (study, config):
        collection = load_collection(config.dataset, machine.data_root)
        check_fingerprint(study, collection)
        if limit := reached_limit(study.get_trials(deepcopy=False), config):
            print(f"{name}: {limit}", file=sys.stderr)
            return
        work = work_folder(output, name)
        store, artifacts = (store, store) if store else _stores(study, work, output)
        _search(study, config, collection, machine, storage, store, artifacts, output)
        with suppress(OSError):  # `run` may be at work in the same folder
            work.rmdir()


def _stores(study: optuna.Study, work: Path, output: Path) -> tuple[str, str]:
    """The study's own stores, of checkpoints and of artifacts, or folders of this machine."""
    store = study.user_attrs.get(STORE)
    here = str((output / ARTIFACTS).absolute())
    if store is None:
        raise InputError(
            f"study {study.study_name}: `run` has only begun with it; try again in a moment"
        )
    if "://" in store or Path(store).is_dir():
        return store, study.user_attrs.get(ARTIFACTS, here)
    print(
        f"{store}, where the study's checkpoints are, is not on this machine: a trial that"
        " another machine began starts again here, and the pictures of those that end here"
        " stay in this machine's files; share that folder, or --artifacts",
        file=sys.stderr,
    )
    return str((work / "checkpoints").absolute()), here


def _search(
    study: optuna.Study,
    config: StudyConfig,
    collection: Collection,
    machine: Machine,
    storage: str,
    store: str,
    artifacts: str,
    output: Path,
) -> None:
    scratch = work_folder(output, config.name) / f"{socket.gethostname()}-{os.getpid()}"
    scratch.mkdir(parents=True, exist_ok=True)
    done = counts(study.get_trials(deepcopy=False)).done
    try:
        with Progress(config.name, config.trials, done, machine.workers) as progress:
            if machine.workers == 1:
                device = resolve_device(machine.device)
                data = SearchData.of(collection, config.size, device)
                checkpoints = Checkpoints(open_store(store), scratch)
                kept = open_store(artifacts)
                search(study, Objective(config, data, device, checkpoints, progress, kept))
                return
            tasks = [
                SearchTask(
                    name=config.name,
                    storage=storage,
                    store=store,
                    artifacts=artifacts,
                    scratch=scratch / f"worker-{number}",
                    device=machine.device,
                    data_root=machine.data_root,
                )
                for number in range(machine.workers)
            ]
            all_done = run_tasks(tasks, machine, log_files(output), progress)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    # Workers that were ended one by one left their share to the others, the last to nobody.
    if not all_done and not reached_limit(study.get_trials(deepcopy=False), config):
        raise KeyboardInterrupt
