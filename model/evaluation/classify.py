"""Classification: which of some known pictures' characters a new picture shows."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from model.config import TrainConfig
from model.network.siamese import SiameseNetwork

SLICE = 100
"""Pictures embedded at once."""


class Answers(NamedTuple):
    """A network's answers to some queries.

    Attributes:
        classes: float32 [queries, supports], the probability of each support's class, given that
            the query is of one of them.
        same: float32 [queries, supports], the probability that query and support show one
            character, each support taken by itself, as in verification.
    """

    classes: Tensor
    same: Tensor


@torch.inference_mode()
def classify(
    network: SiameseNetwork, train: TrainConfig, support: Tensor, query: Tensor
) -> Answers:
    """Compares every query with every support, one known picture of each class.

    The classes' probabilities are the scores' softmax. For a network trained with "nca" or
    "one-shot" it is the loss's own, at the loss's temperature. For a network trained on pairs, a
    score is the logarithm of the odds that both pictures show one character; if all classes are
    equally likely beforehand, a class's probability is its share in the sum of these odds.

    Args:
        network: on the pictures' device.
        train: how it was trained.
        support: uint8 [supports, size, size], 255 is ink.
        query: uint8 [queries, size, size].

    Example:
        >>> from data.sources.glyphs import make_glyphs
        >>> from model.config import Convolution, LayerConfig, NetworkConfig
        >>> layer = Convolution(filters=4, kernel=5, pool=True)
        >>> network = SiameseNetwork(NetworkConfig(size=14, convolutions=[layer], units=8))
        >>> train = TrainConfig(layers=[LayerConfig(learning_rate=0.1)] * 3)
        >>> pictures = make_glyphs().characters(["Glyphs_41"], [17, 18], size=14).pictures
        >>> answers = classify(network, train, support=pictures[:5, 0], query=pictures[:3, 1])
        >>> answers.classes.shape, bool(answers.classes.sum(1).allclose(torch.ones(3)))
        (torch.Size([3, 5]), True)
    """
    network.eval()
    known, new = (
        torch.cat([network.embed(part.unsqueeze(1).float() / 255) for part in split])
        for split in (torch.split(support, SLICE), torch.split(query, SLICE))
    )
    scores = network.score(new, known)
    return Answers((scores / (train.softmax_temperature or 1.0)).softmax(1), scores.sigmoid())
