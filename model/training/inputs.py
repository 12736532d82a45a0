"""What a training's steps see: batches, and their pictures distorted."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from data.batches import Batch, character_batches, draw_pairs, pair_batches, seeded
from data.distort import chosen_maps, distort, fixed_maps
from data.splits import SearchData
from model.config import RunConfig, TrainConfig
from model.training.step_memory import pictures_of_step

# Purposes of the streams of random numbers; see `seeded`.
PAIR_SET, BATCHES, DISTORTIONS, MAPS = range(4)


def pictures_seen(train: TrainConfig, data: SearchData) -> int:
    """Number of pictures that a step sees at most: of few pictures, fewer than it is asked for.

    Args:
        train: how the training goes.
        data: its pictures.
    """
    if train.loss == "pairs":
        return pictures_of_step(train)
    characters = min(train.batch.characters, len(data.train.names))
    return characters * min(train.batch.drawers, len(data.train.drawers))


class TrainingInputs:
    """The batches of a training, and the distortion of their pictures.

    All of it follows from the training's seed and the number of an epoch, so that a training that
    goes on from an epoch sees what it would have seen.
    """

    def __init__(self, config: RunConfig, data: SearchData, device: torch.device) -> None:
        """Draws what is drawn once for a whole training: fixed pairs, and fixed affine maps.

        Args:
            config: configuration of the training.
            data: the pictures, on `device`.
            device: where to distort them.
        """
        self._train, self._data, self._device = config.train, data, device
        self._fixed_pairs = self._draw_fixed_pairs()
        self._fixed_maps = self._draw_fixed_maps()

    def batches(self, epoch: int) -> Iterator[Batch]:
        """Yields the batches of an epoch's steps, before distortion."""
        train, generator = self._train, self._generator(BATCHES, epoch)
        batch, steps = train.batch, train.steps_per_epoch
        if train.loss == "pairs":
            return pair_batches(
                self._data.train, batch.pairs, self._fixed_pairs, steps, generator, batch.across
            )
        return character_batches(
            self._data.train,
            batch.alphabets,
            batch.characters,
            batch.drawers,
            batch.symmetries,
            steps,
            generator,
            self._data.extra_alphabets,
            train.pictures.share,
            batch.composed,
            batch.marked,
            batch.bent,
        )

    def distorted(self, batch: Batch, generator: torch.Generator) -> Tensor:
        """A batch's pictures as the network gets them: float [n, 1, size, size], 1 is ink.

        Args:
            batch: one of `batches`.
            generator: the epoch's, see `distortion_generator`.
        """
        wanted, maps = self._train.distortion, self._fixed_maps
        if maps is not None:
            maps = chosen_maps(maps, batch.labels, batch.drawers, generator)
        pictures = batch.pictures.float() / 255
        return distort(pictures, wanted.affine, wanted.elastic, wanted.stroke, generator, maps)

    def distortion_generator(self, epoch: int) -> torch.Generator:
        """Random numbers of an epoch's distortions, at their beginning."""
        return self._generator(DISTORTIONS, epoch)

    def _generator(self, purpose: int, epoch: int = 0) -> torch.Generator:
        on = self._device if purpose in (DISTORTIONS, MAPS) else torch.device("cpu")
        return seeded(on, self._train.seed, purpose, epoch)

    def _draw_fixed_pairs(self) -> Tensor | None:
        train = self._train
        if train.loss != "pairs" or train.batch.training_pairs == 0:
            return None
        count, across = train.batch.training_pairs, train.batch.across
        return draw_pairs(self._data.train, count, self._generator(PAIR_SET), across)

    def _draw_fixed_maps(self) -> Tensor | None:
        distortion, pictures = self._train.distortion, self._data.train.pictures
        if distortion.fixed == 0:
            return None
        (count, drawers), generator = pictures.shape[:2], self._generator(MAPS)
        return fixed_maps(count, drawers, distortion.fixed, distortion.affine, generator)
