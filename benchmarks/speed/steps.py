"""Training steps one at a time, as the trainer makes them within its epochs, to be timed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from data.batches import Batch
from data.splits import SearchData
from model.config import RunConfig
from model.training.optimiser import set_epoch
from model.training.trainer import Trainer


def seconds_of(work: Callable[[], object], device: torch.device) -> float:
    """Seconds that some work takes, on a GPU until it is really done."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    start = time.perf_counter()
    work()
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter() - start


class Steps:
    """A trainer in its first epoch.

    Attributes:
        trainer: the trainer.
        labels: characters of the pictures that are ready.
        pictures: a batch that is ready, float [n, 1, size, size].
    """

    def __init__(self, config: RunConfig, data: SearchData, device: torch.device) -> None:
        self.trainer = Trainer(config, data, device)
        self.trainer.network.train()
        set_epoch(self.trainer._optimiser, config.train, 0)
        self._generator = torch.Generator(device).manual_seed(0)
        self._batches = self._forever()
        ready = self.chosen()
        self.pictures, self.labels = self.distorted(ready), ready.labels

    def chosen(self) -> Batch:
        """The next batch, as it is drawn."""
        return next(self._batches)

    def distorted(self, batch: Batch) -> Tensor:
        """Its pictures, as the network gets them."""
        return self.trainer.inputs.distorted(batch, self._generator)

    def bare(self) -> None:
        """A step on the pictures that are ready."""
        self.trainer.step(self.pictures, self.labels)

    def whole(self) -> None:
        """A step with all that belongs to it."""
        batch = self.chosen()
        self.trainer.step(self.distorted(batch), batch.labels)

    def _forever(self) -> Iterator[Batch]:
        epoch = 0
        while True:
            yield from self.trainer.inputs.batches(epoch)
            epoch += 1
