"""An experiment's trainings: each kept as it ends, and not done again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from data.errors import WorkFailed
from data.splits import SplitsOf, paper_splits
from hpo.finish.retrain import following_seeds, single_seed_in, with_seed
from hpo.finish.retrain_task import RetrainTask, retrain_all
from hpo.reproduce.context import Context
from hpo.reproduce.table import Measured
from hpo.storage.workspace import TrainedFolder, Workspace
from hpo.study.accuracies import SeedResult
from model.config import RunConfig
from model.network.siamese import SiameseNetwork
from model.network.weights import load_network


@dataclass(frozen=True)
class Kept:
    """A network that is kept.

    Attributes:
        folder: folder that holds it.
    """

    folder: TrainedFolder

    def network(self, context: Context) -> SiameseNetwork:
        """The network, on the context's device.

        Raises:
            WorkFailed: its training diverged.
        """
        if not self.folder.weights.exists():
            raise WorkFailed(
                f"{self.folder.folder}: the loss of its training is not finite, so there is nothing"
                " to measure"
            )
        return load_network(self.folder.weights)[0].to(context.device)


@dataclass(frozen=True)
class Trained(Kept):
    """One training that is done; its network is the best epoch's.

    Attributes:
        result: its validation accuracy, epochs and seconds.
    """

    result: SeedResult


def train(
    context: Context, configs: Mapping[str, RunConfig], splits: SplitsOf = paper_splits
) -> dict[str, list[Trained]]:
    """Trains each configuration with `context.seeds` seeds, the configuration's own and on.

    Args:
        context: context of the experiment, which has the folder that trainings are kept in, as
            CONTEXT.FOLDER/trainings/SIZE/NAME/seed-N.
        configs: configurations, by a name that can be a folder's.
        splits: which alphabets and drawers train and validate.

    Returns:
        By name, one training per seed.

    Raises:
        InputError: a training that is kept there is of another configuration or data set.
    """
    own = context.folder / "trainings" / context.size
    tasks = {
        name: [
            RetrainTask(
                config=with_seed(config, seed),
                title=f"{name}, ",
                folder=TrainedFolder(own / name / f"seed-{seed}"),
                dataset=context.collection.name,
                device=context.machine.device,
                data_root=context.machine.data_root,
                splits=splits,
            )
            for seed in following_seeds(config, context.seeds)
        ]
        for name, config in configs.items()
    }
    every = [task for of_name in tasks.values() for task in of_name]
    logs = Workspace.of("trainings", context.folder).logs
    retrain_all(every, context.machine, context.collection, logs, "trainings")
    return {
        name: [Trained(task.folder, single_seed_in(task.folder)) for task in of_name]
        for name, of_name in tasks.items()
    }


def seconds(trained: Sequence[Trained]) -> Measured:
    """Seconds of a training, the mean over seeds."""
    return Measured(fmean(training.result.seconds for training in trained))
