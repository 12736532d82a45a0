"""Verification: whether two pictures show one character (the paper's section 4.2)."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple

import torch
from torch import Tensor

from data.batches import draw_pairs, seeded
from data.characters import Characters
from model.evaluation.embeddings import Embedded, embed
from model.network.siamese import SiameseNetwork

VERIFICATION_PAIRS = 10_000
"""Pairs to measure accuracy on: as many as the paper validates on (section 4.2)."""


@dataclass(frozen=True)
class VerificationAccuracy:
    """Accuracy over test pairs at the threshold that was best on validation pairs."""

    accuracy: float
    standard_error: float
    threshold: float
    pairs: int


class ScoredPairs(NamedTuple):
    """Random pairs of pictures.

    Attributes:
        scores: float32 [pairs].
        same: whether both are of one character, bool [pairs].
    """

    scores: Tensor
    same: Tensor


def verification(
    network: SiameseNetwork,
    validation: Characters,
    test: Characters,
    seed: int = 0,
    across: bool = False,
) -> VerificationAccuracy:
    """Same or different, over 10 000 pairs of the test characters (the paper's section 4.2).

    The threshold is the one that was best on as many validation pairs. The paper does not say
    whether the characters of a different pair are any two (`across`) or of one alphabet.
    """
    return verify(
        scored_pairs(network, embed(network, validation), seed, across),
        scored_pairs(network, embed(network, test), seed + 1, across),
    )


def verify(validation: ScoredPairs, test: ScoredPairs) -> VerificationAccuracy:
    """Accuracy over test pairs at the threshold that is best on validation pairs."""
    scores, same = validation
    order = scores.argsort()
    # Cutting below position i calls the i lowest scores different.
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
    error = sqrt(accuracy * (1 - accuracy) / count)
    return VerificationAccuracy(accuracy, error, threshold, count)


@torch.inference_mode()
def scored_pairs(
    network: SiameseNetwork, embedded: Embedded, seed: int, across: bool = False
) -> ScoredPairs:
    """10 000 random pairs, half of them of one character; `across` as in `draw_pairs`."""
    generator = seeded(torch.device("cpu"), seed)
    pairs = draw_pairs(embedded.characters, VERIFICATION_PAIRS, generator, across)
    pairs = pairs.to(embedded.vectors.device)
    left, right = (embedded.vectors[pairs[:, side, 0], pairs[:, side, 1]] for side in (0, 1))
    return ScoredPairs(network.score_pairs(left, right), pairs[:, 0, 0] == pairs[:, 1, 0])
