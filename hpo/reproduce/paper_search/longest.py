"""The best configuration trained for long: networks kept on the way, tested when all is over.

The kept networks choose nothing: the configuration was chosen on validation, and a training's
length is given.
"""

from __future__ import annotations

from dataclasses import dataclass

from data.collection import Collection
from data.splits import SearchData
from hpo.finish.retrain import following_seeds, with_seed
from hpo.finish.retrain_task import RetrainTask, retrain_all
from hpo.reproduce.context import Context
from hpo.reproduce.one_shot import one_shot
from hpo.reproduce.paper_search.compared import for_pairs
from hpo.reproduce.paper_search.settings import PAPER, PAPER_PAIRS, Settings
from hpo.reproduce.table import Measured, Quoted, Row
from hpo.reproduce.trainings import Kept
from hpo.reproduce.verification import verified
from hpo.storage.workspace import TrainedFolder, Workspace
from hpo.workers.reporter import Reporter
from model.config import RunConfig
from model.device import resolve_device
from model.network.siamese import SiameseNetwork
from model.network.weights import is_finite, save_network
from model.training.trainer import Trainer


@dataclass(frozen=True)
class Seen:
    """What a configuration reaches after some pairs, the mean over its seeds.

    Attributes:
        official: 20-way accuracy on the official runs.
        every_pair: 20-way accuracy over every drawer pair of the test alphabets.
        any_two: verification of any two of their characters.
        one_alphabet: verification of two characters of one alphabet.
    """

    official: Measured
    every_pair: Measured
    any_two: Measured
    one_alphabet: Measured


@dataclass(frozen=True)
class LongTask(RetrainTask):
    """Trains a configuration to its last epoch, and keeps its network as it is on the way.

    Attributes:
        kept: numbers of pairs seen at which the network is kept; each lies in its own folder,
            below `folder`.
    """

    kept: tuple[int, ...] = ()

    def run(self, collection: Collection, reporter: Reporter) -> None:
        """Goes on from the checkpoint; a kept network is not written again.

        A training that diverges ends no other. It ends early, and its best network stands for the
        rest; where there is none, its checkpoint stays, from which it ends at once when run again.
        """
        train, device = self.config.train, resolve_device(self.device)
        if all(kept_in(self.folder, pairs).weights.exists() for pairs in self.kept):
            return
        data = SearchData.of(collection, self.config.network.size, device, self.splits)
        checkpoint = self.folder.checkpoint(collection.name, train.seed)
        trainer = Trainer(self.config, data, device, checkpoint, reporter.steps_done)
        name = f"{self.title}seed {train.seed}"
        reporter.started(name, train.epochs)
        if trainer.history:
            reporter.goes_on(trainer.history[-1])
        self._keep(trainer)  # a process may have been killed between checkpoint and network
        for report in trainer.run():
            self._keep(trainer)
            reporter.epoch_done(report)
        last = trainer.network if is_finite(trainer.network) else trainer.best_network()
        if not is_finite(last):
            reporter.finished(f"{name}: the loss is not finite; lower learning rates may help")
            return
        for pairs in self.kept:
            self._save(last, pairs)
        checkpoint.unlink(missing_ok=True)
        reporter.finished(f"{name} {trainer.history[-1].accuracy:.1%}")

    def _keep(self, trainer: Trainer) -> None:
        if not is_finite(trainer.network):
            return
        train = self.config.train
        seen = len(trainer.history) * train.steps_per_epoch * train.batch.pairs
        for pairs in self.kept:
            if seen >= pairs:
                self._save(trainer.network, pairs)

    def _save(self, network: SiameseNetwork, pairs: int) -> None:
        folder = kept_in(self.folder, pairs)
        if not folder.weights.exists():
            folder.folder.mkdir(parents=True, exist_ok=True)
            save_network(network, self.config, folder.weights)


def kept_in(folder: TrainedFolder, pairs: int) -> TrainedFolder:
    """Where a training's network lies as it was after a number of pairs."""
    return TrainedFolder(folder.folder / f"{pairs}-pairs")


def lengthened(config: RunConfig, settings: Settings) -> RunConfig:
    """A configuration to be trained for long, in epochs of `epoch_steps`, without an early stop."""
    return for_pairs(config, settings.kept[-1], settings.epoch_steps)


def longest(context: Context, settings: Settings, config: RunConfig) -> dict[int, list[Kept]]:
    """Trains with each seed; by pairs seen, one network for each seed."""
    config = lengthened(config, settings)
    tasks = [
        LongTask(
            config=with_seed(config, seed),
            title="longest, ",
            folder=TrainedFolder(context.folder / "longest" / f"seed-{seed}"),
            dataset=context.collection.name,
            device=context.machine.device,
            data_root=context.machine.data_root,
            kept=settings.kept,
        )
        for seed in following_seeds(config, settings.seeds)
    ]
    for task in tasks:
        task.folder.folder.mkdir(parents=True, exist_ok=True)
    logs = Workspace.of("longest", context.folder).logs
    retrain_all(tasks, context.machine, context.collection, logs, "long trainings")
    return {pairs: [Kept(kept_in(task.folder, pairs)) for task in tasks] for pairs in settings.kept}


def measured(networks: dict[int, list[Kept]], context: Context) -> dict[int, Seen]:
    """What the kept networks reach on the test alphabets, by pairs seen."""
    found = {}
    for pairs, trained in networks.items():
        official, every_pair = one_shot(trained, context)
        verification = verified(trained, context)
        found[pairs] = Seen(official, every_pair, verification[True].test, verification[False].test)
    return found


def longest_rows(found: dict[int, Seen], network: str = "the best") -> list[Row]:
    """Official runs, every drawer pair and verification, by pairs seen.

    Args:
        found: what was reached, by the number of pairs seen.
        network: what was trained, in words.
    """
    rows = []
    for pairs, seen in found.items():
        name = f"{network}, {pairs / 1e6:g} M pairs"
        rows += [
            Row(f"{name}: 20-way, official runs", (seen.official, Quoted(PAPER, "paper"))),
            Row(f"{name}: 20-way, every drawer pair", (seen.every_pair, None)),
            Row(
                f"{name}: verification, any two characters",
                (seen.any_two, Quoted(PAPER_PAIRS, "paper")),
            ),
            Row(f"{name}: verification, of one alphabet", (seen.one_alphabet, None)),
        ]
    return rows
