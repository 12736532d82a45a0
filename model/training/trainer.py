"""The training loop: epoch by epoch, to an early stop, and on from a checkpoint."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from itertools import islice
from math import isfinite
from pathlib import Path

import torch
from torch import Tensor

from data.splits import SearchData
from data.stderr import tell
from model.config import RunConfig
from model.device import autocast
from model.evaluation.embeddings import scores_within
from model.network.given import given_networks
from model.network.initial import initial_weights
from model.network.siamese import DRAWING, SiameseNetwork
from model.network.teacher import load_teacher
from model.network.weights import read_tensors
from model.stored_config import NETWORKS, what_else
from model.training.averaging import averaged
from model.training.checkpoint import ForeignCheckpoint, restore, write_checkpoint
from model.training.epoch_report import EpochReport
from model.training.inputs import TrainingInputs
from model.training.losses import training_loss
from model.training.open_epoch import OpenEpoch
from model.training.optimiser import make_optimiser, set_epoch
from model.training.validation import Validation, validate

STEPS_TOLD = 5.0
"""Seconds between two tellings of how far an epoch is."""
KEPT_WITHIN = 300.0
"""Seconds between two checkpoints within an epoch: at the paper's size one lasts long on a CPU."""
FINITE_CHECK = 16
"""Steps from one check of the loss to the next: each check waits for the GPU."""


class Trainer:
    """The training of one network as its configuration says.

    All random numbers of an epoch follow from the seed and the epoch's number, or lie in the
    checkpoint, so a training that goes on from there ends with the numbers of one that was never
    interrupted.

    Example:
        >>> from data.sources.glyphs import make_glyphs
        >>> from model.config import Convolution, LayerConfig, NetworkConfig, TrainConfig
        >>> layer, rate = Convolution(filters=8, kernel=5), LayerConfig(learning_rate=0.01)
        >>> network = NetworkConfig(size=14, convolutions=[layer], units=16)
        >>> train = TrainConfig(layers=[rate] * 3, epochs=2, steps_per_epoch=5)
        >>> cpu = torch.device("cpu")
        >>> data = SearchData.of(make_glyphs(), size=14, device=cpu)
        >>> trainer = Trainer(RunConfig(network=network, train=train), data, cpu)
        >>> [report.epoch for report in trainer.run()]
        [0, 1]
        >>> network = trainer.best_network()
    """

    def __init__(
        self,
        config: RunConfig,
        data: SearchData,
        device: torch.device,
        checkpoint: Path | None = None,
        steps_done: Callable[[float, float], None] = lambda share, pictures_per_second: None,
    ) -> None:
        """Starts a training, or takes it up from its checkpoint.

        Args:
            config: the network and how it is trained.
            data: the pictures, `config.network.size` pixels wide, on `device`.
            device: where to train.
            checkpoint: the file from which the training goes on, if it exists and can be read, and
                to which it is written after each epoch, and within long ones; None writes none.
            steps_done: called every five seconds within an epoch: which share of its steps is done,
                0 to 1, and pictures a second.

        Raises:
            ForeignCheckpoint: the checkpoint is of another configuration, or of one that was given
                other networks.
            InputError: the weights to start from are missing or another network's; or the teacher
                is missing or of another size.
            ValueError: the network cannot exist at its picture size.
        """
        if config.network.shortfall():
            raise ValueError("the network cannot exist at this picture size")
        self.config = config
        self.data = data
        self.device = device
        self.checkpoint = checkpoint
        self._steps_done = steps_done
        self.inputs = TrainingInputs(config, data, device)
        self._networks = given_networks(config)
        self._teacher = load_teacher(config, device)
        self._start()
        if checkpoint is not None and checkpoint.exists():
            self._resume(checkpoint)

    def _start(self) -> None:
        with DRAWING, torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.config.train.seed)
            network = SiameseNetwork(self.config.network)
        if (initial := initial_weights(self.config)) is not None:
            network.load_state_dict(initial)
        self.network = network.to(self.device).to(memory_format=torch.channels_last)
        self._optimiser = make_optimiser(self.network, self.config.train)
        self._average = averaged(self.network, self.config.train.averaging)
        self._best: dict[str, Tensor] = {}
        # Of the last validation and of the best epoch's; None if sampled, or before a resumption.
        self._scores: dict[str, Tensor] | None = None
        self._best_scores: dict[str, Tensor] | None = None
        self._under_way: OpenEpoch | None = None  # in which a checkpoint was written
        self.history: list[EpochReport] = []

    def run(self) -> Iterator[EpochReport]:
        """Trains the epochs that are left; each one's checkpoint is written before it is yielded.

        Ends after the last epoch, after `patience` epochs without a better accuracy, or after an
        epoch whose loss is not finite.

        Raises:
            WorkFailed: a checkpoint cannot be written.
        """
        while not self._finished():
            report = self._epoch(len(self.history))
            self.history.append(report)
            if report.best_epoch == report.epoch:
                self._best = {k: v.clone() for k, v in self._trained.state_dict().items()}
                self._best_scores = self._scores
            self._write_checkpoint()
            yield report

    @property
    def _trained(self) -> SiameseNetwork:
        """The network that is validated and kept: the trained one, or its moving average."""
        if self._average is None:
            return self.network
        network = self._average.module
        assert isinstance(network, SiameseNetwork)
        return network

    def best_network(self) -> SiameseNetwork:
        """The network with the best epoch's weights (the paper's section 3.2)."""
        self.network.load_state_dict(self._best)
        return self.network

    def best_scores(self) -> dict[str, Tensor]:
        """Each validation alphabet's scores by the best network, see `model.evaluation.scores`.

        Called when the training is over. If validation was sampled, or the best epoch was before
        an interruption, the best network is measured again.
        """
        if self._best_scores is None:
            with autocast(self.device):
                self._best_scores = scores_within(self.best_network(), self.data.validation)
        return self._best_scores

    def step(self, pictures: Tensor, labels: Tensor) -> Tensor:
        """Makes one update on float pictures [n, 1, size, size]; returns the loss, detached."""
        with autocast(self.device):
            embeddings = self.network.embed(pictures)
            taught = None if self._teacher is None else self._teacher.scores(pictures)
        drawings = min(self.config.train.batch.drawers, len(self.data.train.drawers))
        loss = training_loss(self.config.train, self.network, embeddings, labels, drawings, taught)
        self._optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self._optimiser.step()
        if self._average is not None:
            self._average.update_parameters(self.network)
        return loss.detach()

    def validation(self) -> Validation:
        """Measures the network as it is after an epoch."""
        return validate(self._trained, self.data.validation, self.config.train)

    def _epoch(self, epoch: int) -> EpochReport:
        train = self.config.train
        set_epoch(self._optimiser, train, epoch)
        now = self._under_way or OpenEpoch(self.inputs.distortion_generator(epoch))
        self._under_way = None
        self.network.train()
        told = kept = time.perf_counter()
        batches = self.inputs.batches(epoch)
        for batch in islice(batches, now.steps):
            now.speed.done_before(len(batch.pictures))
        for batch in batches:
            inputs = self.inputs.distorted(batch, now.generator)
            now.step_done(self.step(inputs, batch.labels), len(inputs))
            if time.perf_counter() - told >= STEPS_TOLD:
                told = time.perf_counter()
                self._steps_done(now.steps / train.steps_per_epoch, now.speed.pictures_per_second)
            if now.steps % FINITE_CHECK == 0 and not isfinite(float(now.loss)):
                break
            if time.perf_counter() - kept >= KEPT_WITHIN:
                self._write_checkpoint(now)
                kept = time.perf_counter()
        loss = float(now.loss) / now.steps
        now.speed.step_done(0)
        found = self.validation() if isfinite(loss) else Validation(0.0, 0.0)
        self._scores = found.scores
        report = EpochReport(
            epoch=epoch,
            loss=loss,
            accuracy=found.accuracy,
            standard_error=found.standard_error,
            best_epoch=epoch,
            best_accuracy=found.accuracy,
            best_standard_error=found.standard_error,
            seconds=now.seconds,
            pictures_per_second=now.speed.pictures_per_second,
            verification=found.verification,
        )
        return report.after(self.history[-1]) if self.history else report

    def _finished(self) -> bool:
        if not self.history:
            return False
        last = self.history[-1]
        return (
            len(self.history) >= self.config.train.epochs
            or last.epoch - last.best_epoch >= self.config.train.patience
            or not isfinite(last.loss)
        )

    def _write_checkpoint(self, under_way: OpenEpoch | None = None) -> None:
        if self.checkpoint is not None:
            history = [asdict(report) for report in self.history]
            document = {
                "config": self.config.model_dump(mode="json"),
                **({NETWORKS: self._networks} if self._networks else {}),
                "history": history,
            }
            state = self.network, self._optimiser, self._average
            write_checkpoint(self.checkpoint, document, *state, self._best, under_way)

    def _resume(self, path: Path) -> None:
        try:
            tensors, document = read_tensors(path)
            history = document["history"]
            another = what_else(self.config, self._networks, document)
            if another is None:
                self.history = [EpochReport(**report) for report in history]
                begun = OpenEpoch(self.inputs.distortion_generator(len(self.history)))
                state = self.network, self._optimiser, self._average
                self._best = restore(tensors, *state, begun)
                self._under_way = begun if begun.steps else None
        except Exception as error:  # damage takes many forms, and a checkpoint only saves time
            reason = str(error).removeprefix(f"{path}: ").partition("\n")[0]
            tell(f"{path}: no readable checkpoint, training anew: {reason}")
            self._start()
            return
        if another is not None:
            raise ForeignCheckpoint(f"{path}: a checkpoint of another {another}; remove it")
