"""Verification: the threshold is the best there is, and parts no equal scores."""

from __future__ import annotations

import torch

from data.collection import Collection
from data.splits import paper_splits
from model.config import Convolution, NetworkConfig
from model.evaluation.embeddings import embed
from model.evaluation.verification import ScoredPairs, scored_pairs, verification, verify
from model.network.siamese import SiameseNetwork

NETWORK = NetworkConfig(
    size=20,
    convolutions=(Convolution(filters=8, kernel=5, pool=True), Convolution(filters=12, kernel=3)),
    units=24,
)


def test_verification_threshold_is_the_best_on_validation(glyphs: Collection) -> None:
    torch.manual_seed(0)
    network = SiameseNetwork(NETWORK).eval()
    alphabets, drawers = paper_splits(glyphs).validation
    validation = glyphs.characters(alphabets[:3], drawers[:3], NETWORK.size)
    # On the validation pairs themselves no other threshold may do better.
    found = verification(network, validation, validation)
    scores, same = scored_pairs(network, embed(network, validation), 0)
    best = max(float(((scores > t) == same).double().mean()) for t in scores[::50])
    at_threshold = float(((scores > found.threshold) == same).double().mean())
    assert at_threshold >= best
    assert 0.5 < found.accuracy < 1
    assert found.pairs == 10_000


def test_a_verification_threshold_is_never_between_equal_scores() -> None:
    dice = torch.Generator().manual_seed(0)
    for _ in range(200):
        scores = torch.randint(3, (7,), generator=dice).float()
        pairs = ScoredPairs(scores, torch.rand(7, generator=dice) < 0.5)
        thresholds = (-0.5, 0.5, 1.5, 2.5)
        best = max(float(((scores > t) == pairs.same).double().mean()) for t in thresholds)
        assert verify(pairs, pairs).accuracy == best
