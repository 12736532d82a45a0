"""Losses, all of the scores that one twin network gives."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, softplus

from model.config import TrainConfig
from model.network.siamese import SiameseNetwork

TAUGHT = 0.5
"""How much of the loss is the teacher's, where there is one."""


def training_loss(
    config: TrainConfig,
    network: SiameseNetwork,
    embeddings: Tensor,
    labels: Tensor,
    drawings: int,
    taught: Tensor | None = None,
) -> Tensor:
    """The loss that a configuration names, over one batch.

    Args:
        config: whose `loss` and `temperature` count.
        network: network that gives the scores.
        embeddings: float32 [n, units], of the batch's pictures.
        labels: int64 [n], the pictures' characters.
        drawings: how many each character has in a batch of confusable characters.
        taught: a teacher's scores of the same pictures, see `one_shot_loss`.
    """
    if config.loss == "pairs":
        return pairs_loss(network, embeddings, labels)
    if config.loss == "batch-pairs":
        return batch_pairs_loss(network, embeddings, labels)
    if config.loss == "nca":
        return nca_loss(network, embeddings, labels, config.temperature)
    assert config.loss == "one-shot", config.loss
    return one_shot_loss(network, embeddings, drawings, config.temperature, taught)


def pairs_loss(network: SiameseNetwork, embeddings: Tensor, labels: Tensor) -> Tensor:
    """Cross-entropy of same or different over sampled pairs, the paper's loss (section 3.2).

    Args:
        network: network that gives the scores.
        embeddings: float32 [2 * pairs, units]; picture i's partner is picture pairs + i.
        labels: int64 [2 * pairs], the pictures' characters.

    Example:
        >>> from model.config import Convolution, NetworkConfig
        >>> layer = Convolution(filters=4, kernel=5)
        >>> network = SiameseNetwork(NetworkConfig(size=14, convolutions=[layer], units=8))
        >>> embeddings = network.embed(torch.rand(6, 1, 14, 14))
        >>> loss = pairs_loss(network, embeddings, torch.tensor([0, 1, 2, 0, 1, 3]))
        >>> loss.backward()
    """
    left, right = embeddings.chunk(2)
    same = torch.eq(*labels.chunk(2)).float()
    return binary_cross_entropy_with_logits(network.score_pairs(left, right), same)


def batch_pairs_loss(network: SiameseNetwork, embeddings: Tensor, labels: Tensor) -> Tensor:
    """Cross-entropy of same or different over every pair in the batch.

    Same and different pairs weigh one half each, as among the paper's sampled pairs.

    Args:
        network: network that gives the scores.
        embeddings: float32 [n, units].
        labels: int64 [n], the pictures' characters, at least one of them twice.

    Example:
        >>> from model.config import Convolution, NetworkConfig
        >>> layer = Convolution(filters=4, kernel=5)
        >>> network = SiameseNetwork(NetworkConfig(size=14, convolutions=[layer], units=8))
        >>> embeddings = network.embed(torch.rand(6, 1, 14, 14))
        >>> batch_pairs_loss(network, embeddings, torch.tensor([0, 1, 2, 0, 1, 2])).shape
        torch.Size([])
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

    See Goldberger et al. 2004, and Laenen and Bertinetto 2021 on why it beats few-shot episodes.

    Args:
        network: network that gives the scores.
        embeddings: float32 [n, units].
        labels: int64 [n], the pictures' characters, each at least twice.
        temperature: above 0, divides the scores before the softmax.

    Example:
        >>> from model.config import Convolution, NetworkConfig
        >>> layer = Convolution(filters=4, kernel=5)
        >>> network = SiameseNetwork(NetworkConfig(size=14, convolutions=[layer], units=8))
        >>> embeddings = network.embed(torch.rand(6, 1, 14, 14))
        >>> labels = torch.tensor([0, 0, 1, 1, 2, 2])
        >>> bool(nca_loss(network, embeddings, labels, temperature=1.0) > 0)
        True
    """
    itself = torch.eye(len(labels), dtype=torch.bool, device=labels.device)
    scores = network.score_within(embeddings) / temperature
    scores = scores.masked_fill(itself, -torch.inf)
    same = (labels[:, None] == labels[None, :]) & ~itself
    right = scores.masked_fill(~same, -torch.inf).logsumexp(1)
    return (scores.logsumexp(1) - right).mean()


def one_shot_loss(
    network: SiameseNetwork,
    embeddings: Tensor,
    drawings: int,
    temperature: float,
    taught: Tensor | None = None,
) -> Tensor:
    """Cross-entropy of one-shot trials, the test's own task, over all that a batch holds.

    In a one-shot trial, the query picks its character among one drawing of each. The batch's
    characters have d drawings each: the k-th drawings of all characters are the supports, the j-th
    ones the queries, for every two different k and j. While "nca" is content if one drawing of a
    picture's character is near, here every drawing must be.

    With a teacher, half of the loss is the cross-entropy of its softmax over the same supports (see
    Hinton et al. 2015): how alike the wrong ones are is learnt too.

    Args:
        network: network that gives the scores.
        embeddings: float32 [characters * drawings, units], the drawings of a character together.
        drawings: how many each character has, at least two.
        temperature: above 0, divides the scores before the softmax.
        taught: a teacher's scores of each picture against each, divided by its own temperature:
            float32 [characters * drawings, characters * drawings]; None if there is no teacher.

    Example:
        >>> from model.config import Convolution, NetworkConfig
        >>> layer = Convolution(filters=4, kernel=5)
        >>> network = SiameseNetwork(NetworkConfig(size=14, convolutions=[layer], units=8))
        >>> embeddings = network.embed(torch.rand(6, 1, 14, 14))
        >>> bool(one_shot_loss(network, embeddings, drawings=2, temperature=1.0) > 0)
        True
    """
    trials = _one_shot_trials(network.score_within(embeddings) / temperature, drawings)
    characters = trials.shape[1]
    right = torch.arange(characters, device=trials.device).repeat(len(trials) // characters)
    loss = cross_entropy(trials, right)
    if taught is None:
        return loss
    answers = _one_shot_trials(taught, drawings).softmax(1)
    return torch.lerp(loss, cross_entropy(trials, answers), TAUGHT)


def _one_shot_trials(scores: Tensor, drawings: int) -> Tensor:
    """Each query's scores with the supports by one other drawing, from [n, n].

    Returns:
        [drawings * (drawings - 1) * characters, characters]; the right support of every query is
        that with the query's number among the characters.
    """
    characters = len(scores) // drawings
    scores = scores.view(characters, drawings, characters, drawings).permute(1, 3, 0, 2)
    others = ~torch.eye(drawings, dtype=torch.bool, device=scores.device)
    return scores[others].flatten(0, 1)
