"""What a worker process is given to do after the search: train a configuration with a seed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from data.collection import Collection
from data.names import Dataset
from data.sources.load import load_collection
from data.splits import SplitsOf, paper_splits
from hpo.console.countdown import Trainings
from hpo.console.progress import Progress
from hpo.finish.retrain import Diverged, retrain
from hpo.storage.workspace import TrainedFolder
from hpo.trials.forecast import Forecast
from hpo.workers.machine import Machine
from hpo.workers.pool import run_tasks
from hpo.workers.reporter import Reporter
from hpo.workers.worker import Wire
from model.config import RunConfig
from model.device import resolve_device


@dataclass(frozen=True)
class RetrainTask:
    """Trains a configuration again with its own seed; see `hpo.finish.retrain.retrain`.

    Attributes:
        config: configuration to train.
        title: name of the training, as it is shown.
        folder: folder that gets the network and its results.
        dataset: name of the data set.
        device: as on the command line.
        data_root: folder that holds Omniglot, or the place of a `folder:PATH` on this machine; None
            to look in the usual places.
        splits: which alphabets and drawers train and validate.
    """

    config: RunConfig
    title: str
    folder: TrainedFolder
    dataset: Dataset
    device: str
    data_root: Path | None
    splits: SplitsOf = paper_splits

    def __call__(self, wire: Wire) -> None:
        self.run(load_collection(self.dataset, self.data_root), wire)

    def run(self, collection: Collection, reporter: Reporter) -> None:
        """Trains the configuration in this process.

        A training that diverges ends no other: it leaves its results, with an accuracy of 0, and
        no network.
        """
        device, seed, folder = resolve_device(self.device), self.config.train.seed, self.folder
        try:
            retrain(
                self.config, [seed], collection, device, folder, reporter, self.title, self.splits
            )
        except Diverged as diverged:
            diverged.results.write(folder.results)
            reporter.finished(str(diverged))

    @property
    def diverged(self) -> bool:
        """Whether the training is done, and came to no network."""
        return self.folder.results.exists() and not self.folder.weights.exists()


def retrain_all(
    tasks: Sequence[RetrainTask],
    machine: Machine,
    collection: Collection,
    logs: Path,
    title: str,
    before: Forecast | None = None,
    tell: Callable[[Forecast], None] = lambda _: None,
) -> None:
    """Runs all tasks, by as many processes as the machine gives; a bar shows how far they are.

    Args:
        tasks: the trainings.
        machine: how many processes train, and on which device.
        collection: the data set.
        logs: beginning of the log files' names.
        title: what the trainings are for.
        before: forecast of the study that they end; None if they belong to none.
        tell: called with each new forecast.

    Raises:
        KeyboardInterrupt: interrupted; the same call goes on from there.
    """
    parts = min(machine.workers, len(tasks))
    trainings = Trainings(len(tasks), parts, before)
    with Progress(
        title,
        len(tasks),
        parts=parts,
        trainings=trainings,
        tell=tell,
        workers=True,
        tensorboard=machine.tensorboard,
    ) as progress:
        if parts == 1:
            for task in tasks:
                task.run(collection, progress)
        elif not run_tasks(tasks, machine, logs, progress):
            raise KeyboardInterrupt
