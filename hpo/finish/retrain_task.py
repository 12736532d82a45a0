"""What a study gives its worker processes to do: search, or retrain a finalist with a seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from data.collection import Collection
from data.names import Dataset
from data.sources.load import load_collection
from data.splits import SearchData, SplitsOf, paper_splits
from hpo.console.progress import Progress
from hpo.finish.retrain import retrain
from hpo.runtime.files import log_files
from hpo.runtime.interrupts import held_back
from hpo.search.checkpoints import Checkpoints, open_store
from hpo.search.loop import search
from hpo.search.objective import Objective
from hpo.storage.database import open_storage, storage_failures
from hpo.storage.studies import check_fingerprint, stored_study
from hpo.workers.machine import Machine
from hpo.workers.pool import run_tasks
from hpo.workers.reporter import Reporter
from hpo.workers.worker import Wire
from model.config import RunConfig
from model.device import resolve_device


@dataclass(frozen=True)
class SearchTask:
    """Runs trials of a study until its budget is spent.

    Attributes:
        name: of the study.
        storage: its database URL.
        store: of the checkpoints, see `hpo.search.checkpoints.open_store`.
        artifacts: store of what finished trials carry for the dashboard.
        scratch: a folder of this worker's own.
        device: as on the command line.
        data_root: where Omniglot is; None, wherever it is found.
    """

    name: str
    storage: str
    store: str
    artifacts: str
    scratch: Path
    device: str
    data_root: Path | None

    def __call__(self, wire: Wire) -> None:
        with storage_failures(self.storage):
            with held_back():
                storage = open_storage(self.storage, create=False, wait=True)
                study, config = stored_study(self.name, storage)
            collection = load_collection(config.dataset, self.data_root)
            check_fingerprint(study, collection)
            device = resolve_device(self.device)
            data = SearchData.of(collection, config.size, device)
            self.scratch.mkdir(parents=True, exist_ok=True)
            checkpoints = Checkpoints(open_store(self.store), self.scratch)
            wire.ready()
            artifacts = open_store(self.artifacts)
            search(study, Objective(config, data, device, checkpoints, wire, artifacts))


@dataclass(frozen=True)
class RetrainTask:
    """Trains a configuration again with its own seed; see `hpo.finish.retrain.retrain`.

    Attributes:
        config: what to train.
        title: what to call it.
        folder: for the network and its results.
        dataset: its name.
        device: as on the command line.
        data_root: where Omniglot is; None, wherever it is found.
        splits: which alphabets and drawers train and validate.
    """

    config: RunConfig
    title: str
    folder: Path
    dataset: Dataset
    device: str
    data_root: Path | None
    splits: SplitsOf = paper_splits

    def __call__(self, wire: Wire) -> None:
        self.run(load_collection(self.dataset, self.data_root), wire)

    def run(self, collection: Collection, reporter: Reporter) -> None:
        """The same in this process."""
        device, seed = resolve_device(self.device), self.config.train.seed
        retrain(
            self.config, [seed], collection, device, self.folder, reporter, self.title, self.splits
        )


def retrain_all(
    tasks: Sequence[RetrainTask], machine: Machine, collection: Collection, output: Path, title: str
) -> None:
    """Trains them all, by as many processes as the machine gives; a bar shows how far they are.

    Raises:
        KeyboardInterrupt: interrupted; the same call goes on from there.
    """
    parts = min(machine.workers, len(tasks))
    with Progress(title, len(tasks), parts=parts) as progress:
        if parts == 1:
            for task in tasks:
                task.run(collection, progress)
        elif not run_tasks(tasks, machine, log_files(output), progress):
            raise KeyboardInterrupt
