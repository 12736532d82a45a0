"""Classification: which of some known pictures' characters a new picture shows."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from model.network.distance import TwinNetwork
from model.network.ensemble import TrainedConfig

SLICE = 100
"""Pictures embedded at once."""


class Answers(NamedTuple):
    """A network's answers to some queries.

    Attributes:
        classes: float32 [queries, classes], the probability of each class, given that the query is
            of one of them.
        same: float32 [queries, classes], the probability that the query and the class's pictures
            show one character, each class taken by itself, as in verification.
        scores: float32 [queries, classes], of which both are made.
    """

    classes: Tensor
    same: Tensor
    scores: Tensor


@torch.inference_mode()
def classify(
    network: TwinNetwork,
    config: TrainedConfig,
    support: Tensor,
    query: Tensor,
    owners: Tensor | None = None,
) -> Answers:
    """Compares every query with every support, some known pictures of each class.

    The classes' probabilities are the scores' softmax. For a network trained with "nca" or
    "one-shot" it is the loss's own, at the loss's temperature. For a network trained on pairs, a
    score is the logarithm of the odds that both pictures show one character; if all classes are
    equally likely beforehand, a class's probability is its share in the sum of these odds.

    Args:
        network: network on the pictures' device.
        config: how it was trained.
        support: uint8 [supports, size, size], 255 is ink.
        query: uint8 [queries, size, size].
        owners: int64 [supports], each support's class, from 0 on; None if each is a class.

    Example:
        >>> from data.sources.glyphs import make_glyphs
        >>> from model.config import Convolution, LayerConfig, NetworkConfig, RunConfig, TrainConfig
        >>> from model.network.siamese import SiameseNetwork
        >>> layer = Convolution(filters=4, kernel=5, pool=True)
        >>> shape = NetworkConfig(size=14, convolutions=[layer], units=8)
        >>> train = TrainConfig(layers=[LayerConfig(learning_rate=0.1)] * 3)
        >>> config, network = RunConfig(network=shape, train=train), SiameseNetwork(shape)
        >>> pictures = make_glyphs().characters(["Glyphs_41"], [17, 18], size=14).pictures
        >>> answers = classify(network, config, support=pictures[:5, 0], query=pictures[:3, 1])
        >>> answers.classes.shape, bool(answers.classes.sum(1).allclose(torch.ones(3)))
        (torch.Size([3, 5]), True)
    """
    network.eval()
    known, new = (
        torch.cat([network.embed(part.unsqueeze(1).float() / 255) for part in split])
        for split in (torch.split(support, SLICE), torch.split(query, SLICE))
    )
    scores = network.score(new, known)
    if owners is not None:
        scores = pooled(scores, owners)
    probabilities = (scores / config.softmax_temperature).softmax(1)
    return Answers(probabilities, scores.sigmoid(), scores)


def pooled(scores: Tensor, owners: Tensor) -> Tensor:
    """A score for each class: the mean over its known pictures' scores.

    On the validation alphabets it answers as well as the mean of their odds or the best of them,
    and takes fewer pictures of no class for one of it (`benchmarks/winner/rejection.py`).

    Args:
        scores: float [queries, supports].
        owners: int64 [supports], each support's class, 0 to classes - 1, none left out.

    Returns:
        float [queries, classes].

    Example:
        >>> pooled(torch.tensor([[2.0, 1.0, -1.0]]), torch.tensor([0, 0, 1]))
        tensor([[ 1.5000, -1.0000]])
    """
    shares = one_hot(owners).to(scores)
    return scores @ (shares / shares.sum(0))
