"""The losses, all over the same twin network and weighted L1 distance."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, softplus

from model.network.siamese import SiameseNetwork


def pairs_loss(network: SiameseNetwork, embeddings: Tensor, labels: Tensor) -> Tensor:
    """Cross-entropy of same or different over sampled pairs: the paper's (section 3.2).

    Args:
        network: whose distance compares.
        embeddings: float32 [2 * pairs, units]; picture i's partner is at pairs + i.
        labels: int64 [2 * pairs], equal where the character is.
    """
    left, right = embeddings.chunk(2)
    same = torch.eq(*labels.chunk(2)).float()
    return binary_cross_entropy_with_logits(network.score_pairs(left, right), same)


def batch_pairs_loss(network: SiameseNetwork, embeddings: Tensor, labels: Tensor) -> Tensor:
    """Cross-entropy of same or different over every pair in the batch.

    Same and different pairs weigh one half each, as in the paper's sampled pairs.

    Args:
        network: whose distance compares.
        embeddings: float32 [n, units].
        labels: int64 [n].
    """
    scores = network.score_within(embeddings)
    same = labels[:, None] == labels[None, :]
    itself = torch.eye(len(labels), dtype=torch.bool, device=labels.device)
    alike = softplus(-scores)[same & ~itself].mean()
    return (alike + softplus(scores)[~same].mean()) / 2


def nca_loss(
    network: SiameseNetwork, embeddings: Tensor, labels: Tensor, temperature: float
) -> Tensor:
    """Neighbourhood component analysis: each picture picks its own character among the others.

    Goldberger et al. 2004; on why this beats few-shot episodes: Laenen and Bertinetto 2021.

    Args:
        network: whose scores, divided by the temperature, enter the softmax.
        embeddings: float32 [n, units].
        labels: int64 [n], each at least twice.
        temperature: above 0.
    """
    itself = torch.eye(len(labels), dtype=torch.bool, device=labels.device)
    scores = network.score_within(embeddings) / temperature
    scores = scores.masked_fill(itself, -torch.inf)
    same = (labels[:, None] == labels[None, :]) & ~itself
    right = scores.masked_fill(~same, -torch.inf).logsumexp(1)
    return (scores.logsumexp(1) - right).mean()


def one_shot_loss(
    network: SiameseNetwork, embeddings: Tensor, drawings: int, temperature: float
) -> Tensor:
    """The test's own task: each picture picks its character among one drawing of each.

    Cross-entropy over all one-shot trials that a batch holds: one drawing of each character is the
    support set, another of each the queries, in every way in which two of the drawings that stand
    at the same place of their characters can be taken. "nca" is content when one drawing of a
    picture's character is near; here each must be.

    Args:
        network: whose scores, divided by the temperature, enter the softmax.
        embeddings: float32 [characters * drawings, units], the drawings of a character together.
        drawings: how many there are of each character, at least two.
        temperature: above 0.
    """
    characters = len(embeddings) // drawings
    scores = network.score_within(embeddings) / temperature
    scores = scores.view(characters, drawings, characters, drawings).permute(1, 3, 0, 2)
    others = ~torch.eye(drawings, dtype=torch.bool, device=scores.device)
    trials = scores[others]  # [drawings * (drawings - 1), query, support]
    right = torch.arange(characters, device=scores.device).repeat(len(trials))
    return cross_entropy(trials.flatten(0, 1), right)
