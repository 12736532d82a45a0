"""Verification: whether two pictures show one character (the paper's section 4.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from data.batches import draw_pairs, seeded
from data.characters import Characters
from model.evaluation.embeddings import Embedded, embed
from model.evaluation.standard_error import accuracy_error
from model.network.distance import TwinNetwork

VERIFICATION_PAIRS = 10_000
"""Pairs to measure accuracy on: as many as the paper validates on (section 4.2)."""


@dataclass(frozen=True)
class VerificationAccuracy:
    """Verification accuracy over test pairs, at the threshold that was best on validation pairs.

    Attributes:
        accuracy: 0 to 1.
        standard_error: binomial, over `pairs`.
        threshold: a higher score says that both pictures show one character.
        pairs: how many test pairs.
    """

    accuracy: float
    standard_error: float
    threshold: float
    pairs: int


class ScoredPairs(NamedTuple):
    """Pairs of pictures, scored.

    Attributes:
        scores: float32 [pairs].
        same: bool [pairs], whether both pictures show one character.
    """

    scores: Tensor
    same: Tensor


def verification(
    network: TwinNetwork,
    validation: Characters,
    test: Characters,
    seed: int = 0,
    across: bool = False,
) -> VerificationAccuracy:
    """Measures verification accuracy over 10 000 test pairs (the paper's section 4.2).

    The threshold is the best one on 10 000 validation pairs.

    Args:
        network: network on the characters' device.
        validation: the characters of validation pairs.
        test: the characters of test pairs.
        seed: seed of the random pairs.
        across: take the two characters of a different pair from all alphabets; if not, both are of
            one alphabet. The paper does not say which it does.

    Example:
        >>> from data.sources.glyphs import make_glyphs
        >>> from model.config import Convolution, NetworkConfig
        >>> from model.network.siamese import SiameseNetwork
        >>> layer = Convolution(filters=4, kernel=5, pool=True)
        >>> network = SiameseNetwork(NetworkConfig(size=14, convolutions=[layer], units=8))
        >>> glyphs = make_glyphs()
        >>> validation = glyphs.characters(["Glyphs_31"], [13, 14], size=14)
        >>> test = glyphs.characters(["Glyphs_41"], [17, 18], size=14)
        >>> verification(network, validation, test).pairs
        10000
    """
    return verify(
        scored_pairs(network, embed(network, validation), seed, across),
        scored_pairs(network, embed(network, test), seed + 1, across),
    )


def verify(validation: ScoredPairs, test: ScoredPairs) -> VerificationAccuracy:
    """Accuracy over test pairs, at the threshold that is best on validation pairs.

    Example:
        >>> same = torch.tensor([False, False, True, True])
        >>> validation = ScoredPairs(torch.tensor([-2.0, -1.0, 1.0, 2.0]), same)
        >>> test = ScoredPairs(torch.tensor([-2.0, 0.5, 1.0, 2.0]), same)
        >>> found = verify(validation, test)
        >>> found.threshold, found.accuracy
        (0.0, 0.75)
    """
    scores, same = validation
    order = scores.argsort()
    # A threshold below position i calls the i lowest scores different.
    lows = torch.cat((torch.zeros(1), (~same[order]).double().cumsum(0).cpu()))
    highs = int(same.sum()) - torch.cat((torch.zeros(1), same[order].double().cumsum(0).cpu()))
    ordered = scores[order].cpu()
    right = lows + highs
    right[1:-1][ordered[1:] == ordered[:-1]] = -1  # no threshold parts equal scores
    cut = int(right.argmax())
    edges = torch.cat((ordered[:1] - 1, (ordered[1:] + ordered[:-1]) / 2, ordered[-1:] + 1))
    threshold = float(edges[cut])
    accuracy = float(((test.scores > threshold) == test.same).double().mean())
    count = len(test.scores)
    error = accuracy_error(accuracy, count)
    return VerificationAccuracy(accuracy, error, threshold, count)


@torch.inference_mode()
def scored_pairs(
    network: TwinNetwork, embedded: Embedded, seed: int, across: bool = False
) -> ScoredPairs:
    """Scores 10 000 random pairs, half of one character; `across` as in `draw_pairs`."""
    generator = seeded(torch.device("cpu"), seed)
    pairs = draw_pairs(embedded.characters, VERIFICATION_PAIRS, generator, across)
    pairs = pairs.to(embedded.vectors.device)
    left, right = (embedded.vectors[pairs[:, side, 0], pairs[:, side, 1]] for side in (0, 1))
    return ScoredPairs(network.score_pairs(left, right), pairs[:, 0, 0] == pairs[:, 1, 0])
