"""Search of a study by the processes of this machine: by this one, or by several workers."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import optuna
import torch

from data.collection import Collection
from data.sources.load import for_training, load_collection
from data.splits import SearchData
from hpo.console.progress import Progress
from hpo.database.opening import open_storage, storage_failures
from hpo.database.waiting_storage import disconnect
from hpo.runtime.interrupts import held_back
from hpo.runtime.process_identity import forget_the_ended
from hpo.search.checkpoints import Checkpoints, clear_finished
from hpo.search.given_networks import check_given_networks
from hpo.search.loop import search
from hpo.search.objective import Objective
from hpo.storage.artifacts import open_store
from hpo.storage.convergence import end_of_search
from hpo.storage.store_patience import PatientStore
from hpo.storage.studies import Stores, as_stored, check_fingerprint, files_begin_with, stored_study
from hpo.storage.workspace import Workspace
from hpo.study.definition import StudyConfig
from hpo.trials.budget import counts
from hpo.workers.machine import Machine
from hpo.workers.pool import run_tasks
from hpo.workers.reporter import Reporter
from hpo.workers.worker import Wire
from model.device import resolve_device


@dataclass(frozen=True)
class SearchTask:
    """A worker's task: runs trials of a study until its budget is spent.

    Attributes:
        name: name of the study.
        storage: URL of its database.
        stores: stores of checkpoints and of artifacts.
        scratch: folder of this worker alone.
        device: device to train on, as on the command line.
        data_root: folder that holds Omniglot, or the place of a study's `folder:PATH` on this
            machine; None to look in the usual places.
    """

    name: str
    storage: str
    stores: Stores
    scratch: Path
    device: str
    data_root: Path | None

    def __call__(self, wire: Wire) -> None:
        with storage_failures(self.storage):
            with held_back():
                storage = open_storage(self.storage, create=False, wait=True)
                study, config = stored_study(self.name, storage)
            collection = load_collection(config.dataset, self.data_root)
            pictures = config.pictures
            collection = for_training(collection, pictures.extra, pictures.drawers == "all")
            check_fingerprint(study, collection)
            device = resolve_device(self.device)
            names = files_begin_with(study)
            objective = _objective(
                config, collection, device, self.stores, self.scratch, wire, names
            )
            wire.ready()
            search(study, objective)


def search_here(
    study: optuna.Study,
    config: StudyConfig,
    collection: Collection,
    machine: Machine,
    workspace: Workspace,
    stores: Stores,
    alone: bool = False,
) -> None:
    """Searches with the workers of this machine until the budget is spent, and shows a bar.

    Args:
        study: the study in its storage.
        config: its definition.
        collection: the data set.
        machine: workers of this machine.
        workspace: folders for logs and for unfinished work.
        stores: stores of checkpoints and artifacts.
        alone: whether nothing follows it: no finalist is retrained.

    Raises:
        KeyboardInterrupt: an interrupt came, or all workers were ended one by one.
        WorkFailed: trials keep failing.
    """
    if config.lockstep is not None:
        # Sums in another order round otherwise: one thread a worker, however many they are.
        torch.set_num_threads(1)
    clear_finished(study, open_store(stores.checkpoints), files_begin_with(study))
    scratch = workspace.scratch
    done = counts(study.get_trials(deepcopy=False)).done
    try:
        with Progress(
            config.name,
            config.trials,
            done,
            machine.workers,
            workers=True,
            tensorboard=machine.tensorboard,
            search_alone=alone,
        ) as progress:
            if machine.workers == 1:
                device = resolve_device(machine.device)
                names = files_begin_with(study)
                search(
                    study, _objective(config, collection, device, stores, scratch, progress, names)
                )
                _clear_up(study, stores)
                return
            disconnect(study)  # meanwhile the workers may have the connection
            tasks = [
                SearchTask(
                    name=config.name,
                    storage=workspace.storage,
                    stores=stores,
                    scratch=scratch / f"worker-{number}",
                    device=machine.device,
                    data_root=machine.data_root,
                )
                for number in range(machine.workers)
            ]
            all_done = run_tasks(tasks, machine, workspace.logs, progress)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    # Workers that were ended one by one left their work to the others, the last one to nobody.
    if not all_done and not end_of_search(
        study, study.get_trials(deepcopy=False), as_stored(study, config)
    ):
        raise KeyboardInterrupt
    _clear_up(study, stores)


def _clear_up(study: optuna.Study, stores: Stores) -> None:
    """Removes what killed workers left, now that nothing runs any more."""
    clear_finished(study, open_store(stores.checkpoints), files_begin_with(study))
    forget_the_ended()


def _objective(
    config: StudyConfig,
    collection: Collection,
    device: torch.device,
    stores: Stores,
    scratch: Path,
    reporter: Reporter,
    names: str,
) -> Objective:
    check_given_networks(config)
    data = SearchData.of(collection, config.size, device)
    scratch.mkdir(parents=True, exist_ok=True)
    checkpoints = Checkpoints(open_store(stores.checkpoints), scratch, names)
    artifacts = PatientStore(open_store(stores.artifacts))
    return Objective(config, data, device, checkpoints, reporter, artifacts)
