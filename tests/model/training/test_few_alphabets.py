"""A training on a single alphabet learns from numbers, whatever its batches are asked to be."""

from __future__ import annotations

import math

import pytest
import torch
from small_training import CPU, configured

from data.collection import Collection
from data.splits import SearchData, paper_splits
from model.batch_config import BatchConfig
from model.network.siamese import SiameseNetwork
from model.training.inputs import TrainingInputs
from model.training.losses import training_loss


@pytest.mark.parametrize("loss", ["nca", "one-shot", "batch-pairs"])
@pytest.mark.parametrize(("composed", "marked"), [(0, 0), (1, 0), (1, 1)])
@pytest.mark.parametrize(("alphabets", "characters"), [(2, 2), (30, 3), (2, 40)])
def test_losses_of_one_alphabet_are_finite_and_above_zero(
    glyphs: Collection, loss: str, composed: float, marked: float, alphabets: int, characters: int
) -> None:
    train, validation, _ = paper_splits(glyphs)
    data = SearchData(
        glyphs.characters(train.alphabets[:1], train.drawers, 20),
        glyphs.characters(*validation, 20),
    )
    batch = BatchConfig(
        alphabets=alphabets, characters=characters, drawers=2, composed=composed, marked=marked
    )
    config = configured(loss=loss, batch=batch, steps_per_epoch=3)
    network, inputs = SiameseNetwork(config.network), TrainingInputs(config, data, CPU)
    for drawn in inputs.batches(0):
        embeddings = network.embed(inputs.distorted(drawn, torch.Generator()))
        found = training_loss(config.train, network, embeddings, drawn.labels, 2)
        assert math.isfinite(float(found.detach()))
        assert float(found.detach()) > 0
