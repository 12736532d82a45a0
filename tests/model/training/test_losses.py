"""Each loss against its definition, written out with loops."""

from __future__ import annotations

from math import exp, log

import pytest
import torch

from model.config import Convolution, NetworkConfig
from model.network.siamese import SiameseNetwork
from model.training.losses import batch_pairs_loss, nca_loss, one_shot_loss, pairs_loss

LABELS = torch.tensor([0, 0, 1, 1, 1, 2, 2, 0])


@pytest.fixture
def network() -> SiameseNetwork:
    torch.manual_seed(0)
    config = NetworkConfig(size=8, convolutions=(Convolution(filters=2, kernel=3),), units=16)
    network = SiameseNetwork(config)
    torch.nn.init.normal_(network.output.weight)
    torch.nn.init.constant_(network.output.bias, 0.3)  # so that scores have both signs
    return network


@pytest.fixture
def embeddings() -> torch.Tensor:
    return torch.rand(8, 16, generator=torch.Generator().manual_seed(1))


def scores_of(network: SiameseNetwork, embeddings: torch.Tensor) -> list[list[float]]:
    return [
        [network.output((one - other).abs()).item() for other in embeddings] for one in embeddings
    ]


def cross_entropy(score: float, same: bool) -> float:
    return log(1 + exp(-score)) if same else log(1 + exp(score))


def test_pairs(network: SiameseNetwork, embeddings: torch.Tensor) -> None:
    scores = scores_of(network, embeddings)
    terms = [cross_entropy(scores[i][i + 4], bool(LABELS[i] == LABELS[i + 4])) for i in range(4)]
    assert pairs_loss(network, embeddings, LABELS).item() == pytest.approx(sum(terms) / 4, rel=1e-5)


def test_batch_pairs(network: SiameseNetwork, embeddings: torch.Tensor) -> None:
    scores = scores_of(network, embeddings)
    terms: dict[bool, list[float]] = {True: [], False: []}
    for i in range(8):
        for j in range(8):
            if i != j:
                same = bool(LABELS[i] == LABELS[j])
                terms[same].append(cross_entropy(scores[i][j], same))
    expected = sum(sum(part) / len(part) for part in terms.values()) / 2
    assert batch_pairs_loss(network, embeddings, LABELS).item() == pytest.approx(expected, rel=1e-5)


def test_nca(network: SiameseNetwork, embeddings: torch.Tensor) -> None:
    scores, temperature, total = scores_of(network, embeddings), 1.7, 0.0
    for i in range(8):
        likeness = {j: exp(scores[i][j] / temperature) for j in range(8) if j != i}
        right = sum(value for j, value in likeness.items() if LABELS[i] == LABELS[j])
        total -= log(right / sum(likeness.values()))
    loss = nca_loss(network, embeddings, LABELS, temperature).item()
    assert loss == pytest.approx(total / 8, rel=1e-5)


def test_one_shot(network: SiameseNetwork, embeddings: torch.Tensor) -> None:
    # Four characters, each drawn twice: the second drawings are classified by the first, and back.
    scores, temperature, total = scores_of(network, embeddings), 1.7, 0.0
    for support, query in ((0, 1), (1, 0)):
        for character in range(4):
            row = scores[2 * character + query]
            likeness = [exp(row[2 * other + support] / temperature) for other in range(4)]
            total -= log(likeness[character] / sum(likeness))
    loss = one_shot_loss(network, embeddings, 2, temperature).item()
    assert loss == pytest.approx(total / 8, rel=1e-5)
