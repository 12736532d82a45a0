"""What twin networks have in common: a weighted distance between two embeddings."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.nn.functional import pdist

from model.config import Distance


class TwinNetwork(nn.Module, ABC):
    """A network that embeds pictures, and compares embeddings.

    Both twins are the function `embed`. The score of two embeddings h1 and h2 is
    `bias + sum_j alpha_j |h1_j - h2_j|` (the paper's section 3.1), or with the distance "l2" the
    same of squared differences: the higher, the more alike. Called as torch's other modules are,
    the network scores pairs of pictures.
    """

    @property
    @abstractmethod
    def size(self) -> int:
        """Height and width of the pictures, in pixels."""

    @property
    @abstractmethod
    def networks(self) -> int:
        """How many trained networks answer as this one."""

    @property
    @abstractmethod
    def distance(self) -> Distance:
        """What of the differences between two embeddings is weighted and added up."""

    @abstractmethod
    def embed(self, pictures: Tensor) -> Tensor:
        """Embeds pictures: float [n, 1, size, size], 1 is ink -> float32 [n, length]."""

    @abstractmethod
    def _bias(self) -> Tensor:
        """Score of two equal embeddings: float32 [1]."""

    @abstractmethod
    def _alpha(self, length: int) -> Tensor:
        """Weight of each difference between two embeddings of this length: float32 [length]."""

    def forward(self, left: Tensor, right: Tensor) -> Tensor:
        """Scores of pairs of pictures: two float [n, 1, size, size], 1 is ink -> float32 [n]."""
        return self.score_pairs(self.embed(left), self.embed(right))

    def score(self, left: Tensor, right: Tensor) -> Tensor:
        """Scores of every left embedding against every right one.

        Args:
            left: float32 [n, length], as `embed` gives them.
            right: float32 [m, length].

        Returns:
            float32 [n, m].
        """
        total = self._bias().repeat(len(left), len(right))
        for sign, units, weight in self._signed_weights(left):
            distance = torch.cdist(
                left[:, units] * weight,
                right[:, units] * weight,
                p=self._power,
                compute_mode="donot_use_mm_for_euclid_dist",  # which rounds more, unlike `pdist`
            )
            total = total + sign * self._raised(distance)
        return total

    def score_within(self, embeddings: Tensor) -> Tensor:
        """Scores of every embedding against every other and itself: [n, length] -> [n, n].

        These are the numbers of `score`, with a gradient, and several times faster on a CPU.
        """
        count = len(embeddings)
        rows, columns = torch.triu_indices(count, count, 1, device=embeddings.device)
        upper = embeddings.new_zeros(len(rows))
        for sign, units, weight in self._signed_weights(embeddings):
            distance = pdist(embeddings[:, units] * weight, p=self._power)
            upper = upper + sign * self._raised(distance)
        square = upper.new_zeros(count, count).index_put((rows, columns), upper)
        return square + square.T + self._bias()

    def score_pairs(self, left: Tensor, right: Tensor) -> Tensor:
        """Scores of each left embedding against its right one: two [..., length] -> [...]."""
        differences = self._raised((left - right).abs())
        return differences @ self._alpha(left.shape[-1]) + self._bias()

    @property
    def _power(self) -> int:
        """Power to which a difference is raised."""
        return {"l1": 1, "l2": 2}[self.distance]

    def _raised(self, differences: Tensor) -> Tensor:
        return differences if self._power == 1 else differences.square()

    def _signed_weights(self, embeddings: Tensor) -> Iterator[tuple[int, Tensor, Tensor]]:
        """For each sign that alphas have: the sign, its units' indices, and their weights.

        alpha_j |a - b| = sign(alpha_j) | |alpha_j| a - |alpha_j| b |, so a weighted distance is one
        L1 distance for each sign, without the [n, m, length] differences in memory. Squared
        differences are weighted so by the root of |alpha_j|.
        """
        alpha = self._alpha(embeddings.shape[-1])
        for sign in (-1, 1):
            units = torch.nonzero(alpha.detach() * sign > 0).flatten()
            if len(units):
                weight = alpha[units].abs()
                yield sign, units, weight if self._power == 1 else weight.sqrt()
