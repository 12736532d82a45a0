"""The training loop: schedule, early stop, resume."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from math import isfinite
from pathlib import Path

import torch
from torch import Tensor

from data.batches import Batch, character_batches, draw_pairs, pair_batches, seeded
from data.distort import distort
from data.errors import InputError
from data.splits import SearchData
from model.config import RunConfig
from model.device import autocast
from model.evaluation.embeddings import scores_within
from model.network.siamese import SiameseNetwork
from model.network.weights import read_tensors
from model.training.averaging import averaged
from model.training.checkpoint import restore, write_checkpoint
from model.training.losses import batch_pairs_loss, nca_loss, one_shot_loss, pairs_loss
from model.training.optimiser import make_optimiser, set_epoch
from model.training.validation import Validation, validate

# What each stream of random numbers is for; see `seeded`.
PAIR_SET, BATCHES, DISTORTIONS = range(3)
FINITE_CHECK = 16
"""Steps between two looks at the loss: each look waits for the GPU."""


@dataclass(frozen=True)
class EpochReport:
    """One epoch, once it is validated and its checkpoint is written.

    Attributes:
        epoch: 0-based.
        loss: mean over the epoch's steps, L2 left out; may be nan or inf.
        accuracy: on the validation characters, 0 to 1; 20-way one-shot, if not configured else.
        standard_error: of `accuracy`.
        best_epoch: the epoch with the best accuracy so far.
        best_accuracy: its accuracy.
        best_standard_error: of `best_accuracy`.
        seconds: of this epoch, validation included.
        pictures_per_second: trained on, data selection and distortion included.
        verification: same or different on the validation alphabets, see `verification_accuracy`,
            0 to 1; None where validation is sampled.
    """

    epoch: int
    loss: float
    accuracy: float
    standard_error: float
    best_epoch: int
    best_accuracy: float
    best_standard_error: float
    seconds: float
    pictures_per_second: float
    verification: float | None = None


class Trainer:
    """Trains one network as a configuration says.

    All random numbers of an epoch follow from the seed and the epoch's number, so a training that
    goes on from its checkpoint gives the same numbers as one that was never interrupted.
    """

    def __init__(
        self,
        config: RunConfig,
        data: SearchData,
        device: torch.device,
        checkpoint: Path | None = None,
    ) -> None:
        """Takes up the checkpoint where the file exists and can be read.

        Raises:
            InputError: the checkpoint is of another configuration.
            ValueError: the network cannot exist at its picture size.
        """
        if config.network.shortfall():
            raise ValueError("the network cannot exist at this picture size")
        self.config = config
        self.data = data
        self.device = device
        self.checkpoint = checkpoint
        self._fixed_pairs = self._draw_fixed_pairs()
        self._start()
        if checkpoint is not None and checkpoint.exists():
            self._resume(checkpoint)

    def _start(self) -> None:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.config.train.seed)
            network = SiameseNetwork(self.config.network)
        self.network = network.to(self.device).to(memory_format=torch.channels_last)
        self._optimiser = make_optimiser(self.network, self.config.train)
        self._average = averaged(self.network, self.config.train.averaging)
        self._best: dict[str, Tensor] = {}
        # Of the last validation, and of that after the best epoch; None where they were not had.
        self._scores: dict[str, Tensor] | None = None
        self._best_scores: dict[str, Tensor] | None = None
        self.history: list[EpochReport] = []

    def run(self) -> Iterator[EpochReport]:
        """Trains the epochs that are left; each is on disk before it is yielded.

        Ends after the last epoch, after `patience` epochs without a better accuracy, or after one
        whose loss is not finite.
        """
        while not self._finished():
            report = self._epoch(len(self.history))
            self.history.append(report)
            if report.best_epoch == report.epoch:
                self._best = {k: v.clone() for k, v in self._trained.state_dict().items()}
                self._best_scores = self._scores
            if self.checkpoint is not None:
                document = {
                    "config": self.config.model_dump(mode="json"),
                    "history": [asdict(report) for report in self.history],
                }
                write_checkpoint(
                    self.checkpoint,
                    document,
                    self.network,
                    self._best,
                    self._optimiser,
                    self._average,
                )
            yield report

    @property
    def _trained(self) -> SiameseNetwork:
        """What is validated and kept: the network, or the moving average of its weights."""
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
        """Of the validation alphabets after the best epoch, see `model.evaluation.scores`.

        To be asked for when the training is over: where validation was sampled, or that epoch was
        before an interruption, the best network is measured again.
        """
        if self._best_scores is None:
            with autocast(self.device):
                self._best_scores = scores_within(self.best_network(), self.data.validation)
        return self._best_scores

    def batches(self, epoch: int) -> Iterator[Batch]:
        """The pictures of an epoch's steps, before distortion."""
        train, generator = self.config.train, self._generator(BATCHES, epoch)
        batch, steps = train.batch, train.steps_per_epoch
        if train.loss == "pairs":
            return pair_batches(
                self.data.train, batch.pairs, self._fixed_pairs, steps, generator, batch.across
            )
        return character_batches(
            self.data.train,
            batch.alphabets,
            batch.characters,
            batch.drawers,
            batch.symmetries,
            steps,
            generator,
        )

    def step(self, pictures: Tensor, labels: Tensor) -> Tensor:
        """One update on float pictures [n, 1, size, size]; returns the loss, detached."""
        train = self.config.train
        with autocast(self.device):
            embeddings = self.network.embed(pictures)
        if train.loss == "pairs":
            loss = pairs_loss(self.network, embeddings, labels)
        elif train.loss == "batch-pairs":
            loss = batch_pairs_loss(self.network, embeddings, labels)
        elif train.loss == "nca":
            loss = nca_loss(self.network, embeddings, labels, train.temperature)
        else:
            drawings = min(train.batch.drawers, len(self.data.train.drawers))
            loss = one_shot_loss(self.network, embeddings, drawings, train.temperature)
        self._optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self._optimiser.step()
        if self._average is not None:
            self._average.update_parameters(self.network)
        return loss.detach()

    def _epoch(self, epoch: int) -> EpochReport:
        start = time.perf_counter()
        train = self.config.train
        set_epoch(self._optimiser, train, epoch)
        generator = self._generator(DISTORTIONS, epoch)
        self.network.train()
        total = torch.zeros((), device=self.device)
        pictures = steps = 0
        for batch in self.batches(epoch):
            inputs = distort(
                batch.pictures.float() / 255,
                train.distortion.affine,
                train.distortion.elastic,
                train.distortion.stroke,
                generator,
            )
            total += self.step(inputs, batch.labels)
            pictures += len(inputs)
            steps += 1
            if steps % FINITE_CHECK == 0 and not isfinite(float(total)):
                break
        loss = float(total) / steps
        trained = time.perf_counter() - start
        found = Validation(0.0, 0.0)
        if isfinite(loss):
            found = validate(self._trained, self.data.validation, train)
        self._scores = found.scores
        report = EpochReport(
            epoch=epoch,
            loss=loss,
            accuracy=found.accuracy,
            standard_error=found.standard_error,
            best_epoch=epoch,
            best_accuracy=found.accuracy,
            best_standard_error=found.standard_error,
            seconds=time.perf_counter() - start,
            pictures_per_second=pictures / trained,
            verification=found.verification,
        )
        before = self.history[-1] if self.history else report
        if before.best_accuracy < found.accuracy or before is report:
            return report
        best = (before.best_epoch, before.best_accuracy, before.best_standard_error)
        return EpochReport(
            **asdict(report)
            | dict(zip(("best_epoch", "best_accuracy", "best_standard_error"), best, strict=True))
        )

    def _finished(self) -> bool:
        if not self.history:
            return False
        last = self.history[-1]
        return (
            len(self.history) >= self.config.train.epochs
            or last.epoch - last.best_epoch >= self.config.train.patience
            or not isfinite(last.loss)
        )

    def _generator(self, purpose: int, epoch: int = 0) -> torch.Generator:
        on = self.device if purpose == DISTORTIONS else torch.device("cpu")
        return seeded(on, self.config.train.seed, purpose, epoch)

    def _draw_fixed_pairs(self) -> Tensor | None:
        train = self.config.train
        if train.loss != "pairs" or train.batch.training_pairs == 0:
            return None
        count, across = train.batch.training_pairs, train.batch.across
        return draw_pairs(self.data.train, count, self._generator(PAIR_SET), across)

    def _resume(self, path: Path) -> None:
        try:
            tensors, document = read_tensors(path)
            same = document["config"] == self.config.model_dump(mode="json")
            if same:
                self._best = restore(tensors, self.network, self._optimiser, self._average)
                self.history = [EpochReport(**report) for report in document["history"]]
        except Exception as error:  # damage takes many forms, and a checkpoint only saves time
            reason = str(error).removeprefix(f"{path}: ").partition("\n")[0]
            print(f"{path}: no readable checkpoint, training anew: {reason}", file=sys.stderr)
            self._start()
            return
        if not same:
            raise InputError(f"{path}: a checkpoint of another configuration; remove it")
