"""A trained network put to use: which of some known pictures a new one shows."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from model.config import TrainConfig
from model.network.siamese import SiameseNetwork

SLICE = 100
"""Pictures embedded at once."""


class Answers(NamedTuple):
    """What a network says of some queries.

    Attributes:
        classes: float32 [queries, supports], the probability of each class, one of which it is.
        same: float32 [queries, supports], the probability that both pictures show the same
            character, each support taken by itself: what verification decides by.
    """

    classes: Tensor
    same: Tensor


@torch.inference_mode()
def classify(
    network: SiameseNetwork, train: TrainConfig, support: Tensor, query: Tensor
) -> Answers:
    """Compares every query with every support, one per class.

    The scores' softmax gives the classes' probabilities. Trained with "nca" or "one-shot", that is
    what the loss made of them, at its temperature. With the losses over pairs a score is the
    logarithm of the odds for the same character: if the query is of one of the classes, each as
    likely beforehand, then its class's odds have the same share in all odds.

    Args:
        network: on the pictures' device.
        train: how it was trained.
        support: uint8 [supports, size, size], 255 is ink.
        query: uint8 [queries, size, size].
    """
    network.eval()
    known, new = (
        torch.cat([network.embed(part.unsqueeze(1).float() / 255) for part in split])
        for split in (torch.split(support, SLICE), torch.split(query, SLICE))
    )
    scores = network.score(new, known)
    return Answers((scores / (train.softmax_temperature or 1.0)).softmax(1), scores.sigmoid())
