"""What the scores of an alphabet's pictures say: accuracies, and the hardest one-shot trials.

An alphabet's scores are one float32 tensor [characters, drawers, characters, drawers]: how similar
each of its pictures is to each other one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import comb, sqrt
from typing import NamedTuple

import torch
from torch import Tensor

Scores = Mapping[str, Tensor]
"""By alphabet."""


@dataclass(frozen=True)
class Accuracy:
    """Exact accuracy: over everything there is to ask.

    Attributes:
        value: mean over alphabets, 0 to 1.
        standard_error: over alphabets.
        per_alphabet: each alphabet's accuracy.
    """

    value: float
    standard_error: float
    per_alphabet: dict[str, float]

    @classmethod
    def of(cls, per_alphabet: Mapping[str, float]) -> Accuracy:
        """Alphabets count alike, however many characters they have."""
        return cls(*mean_and_error(list(per_alphabet.values())), dict(per_alphabet))

    def over(self, alphabets: Sequence[str]) -> Accuracy:
        """The same over some of the alphabets."""
        return Accuracy.of({name: self.per_alphabet[name] for name in alphabets})


def mean_and_error(values: Sequence[float]) -> tuple[float, float]:
    """Mean and its standard error; that of a single value is 0."""
    several = torch.tensor(values, dtype=torch.float64)
    error = float(several.std()) / sqrt(len(values)) if len(values) > 1 else 0.0
    return float(several.mean()), error


class Picture(NamedTuple):
    """Indices into an alphabet's characters and into the drawers."""

    character: int
    drawer: int


class OneShotTrial(NamedTuple):
    """One query among all characters of its alphabet by another drawer.

    Attributes:
        alphabet: its name.
        query: the picture to classify.
        right: the right answer.
        chosen: the most similar of the wrong ones.
        margin: by how much the right one's score is above that of the wrong one; below 0, the
            answer is wrong.
    """

    alphabet: str
    query: Picture
    right: Picture
    chosen: Picture
    margin: float


def one_shot_accuracies(scores: Scores, ways: Sequence[int]) -> dict[int, Accuracy]:
    """For each N, expected accuracy of N-way trials within each alphabet.

    Over every pair of two drawers and every choice of characters: one matrix of scores counts every
    possible trial of every N, see `chance_of_right`.

    Raises:
        ValueError: an alphabet has fewer characters than a way.
    """
    found: dict[int, dict[str, float]] = {way: {} for way in ways}
    for alphabet, of_alphabet in scores.items():
        count, drawers = of_alphabet.shape[:2]
        if count < max(ways):
            raise ValueError(
                f"{alphabet} has {count} characters, too few for {max(ways)}-way trials"
            )
        others = ~torch.eye(drawers, dtype=torch.bool, device=of_alphabet.device)
        right = _right(of_alphabet)
        # Not below, instead of at least: where scores are no numbers, every answer is wrong.
        below = of_alphabet < right[:, :, None, :]
        nearer = (~below).sum(2)[:, others] - 1  # the right one itself
        queries = nearer.flatten().bincount(minlength=count).double().cpu() / nearer.numel()
        for way, value in zip(ways, (queries @ chance_of_right(count, ways)).tolist(), strict=True):
            found[way][alphabet] = value
    return {way: Accuracy.of(per_alphabet) for way, per_alphabet in found.items()}


def one_shot_accuracy(scores: Scores, way: int) -> Accuracy:
    """The same for one N."""
    return one_shot_accuracies(scores, [way])[way]


def chance_of_right(count: int, ways: Sequence[int]) -> Tensor:
    """How likely a query is right in a random N-way trial: float64 [count, ways].

    Row k is for a query whose right support has k wrong ones at least as similar, among
    `count` - 1: C(count-1-k, N-1) / C(count-1, N-1).
    """
    others = count - 1
    return torch.tensor(
        [[comb(others - k, way - 1) / comb(others, way - 1) for way in ways] for k in range(count)],
        dtype=torch.float64,
    )


def verification_accuracy(scores: Scores) -> Accuracy:
    """Same or different, over every within-alphabet pair by two drawers, at the best threshold.

    Same and different pairs weigh the same, and so do the alphabets, as where pairs are sampled
    (the paper's section 4.1). The threshold is the same for all alphabets.
    """
    values, weights = [], []  # a weight above 0 is that of a pair of the same character
    for of_alphabet in scores.values():
        count, drawers = of_alphabet.shape[:2]
        first, second = torch.triu_indices(drawers, drawers, 1, device=of_alphabet.device)
        pairs = of_alphabet[:, first, :, second]  # [drawer pair, character, character]
        same = torch.eye(count, device=of_alphabet.device)
        weight = same / count - (1 - same) / (count * (count - 1))
        values.append(pairs.flatten())
        weights.append((weight / (2 * len(first))).expand_as(pairs).flatten())
    ordered, order = torch.cat(values).sort()
    # Cutting behind position i: the different pairs up to there are right, and the same ones
    # behind it, which is half less those up to there. Equal scores are not cut apart.
    gains = -torch.cat(weights)[order].double().cumsum(0)
    cuts = torch.cat((ordered[1:] > ordered[:-1], ordered.new_ones(1, dtype=torch.bool)))
    best = gains.masked_fill(~cuts, -torch.inf).argmax()
    threshold = ordered[best] if gains[best] > 0 else -torch.inf
    return Accuracy.of(
        {
            alphabet: 0.5 - float(weight[value <= threshold].double().sum())
            for alphabet, value, weight in zip(scores, values, weights, strict=True)
        }
    )


def hardest_one_shot_trials(scores: Scores) -> list[OneShotTrial]:
    """Each alphabet's trial with the lowest margin, the hardest one first."""
    found = []
    for alphabet, of_alphabet in scores.items():
        count, drawers = of_alphabet.shape[:2]
        same = torch.eye(count, dtype=torch.bool, device=of_alphabet.device)
        wrong, chosen = of_alphabet.masked_fill(same[:, None, :, None], -torch.inf).max(2)
        margins = _right(of_alphabet) - wrong  # [character, query's drawer, support's drawer]
        own = torch.eye(drawers, dtype=torch.bool, device=of_alphabet.device)
        least = margins.masked_fill(own, torch.inf).argmin()
        character, drawer, support = map(int, torch.unravel_index(least, margins.shape))
        found.append(
            OneShotTrial(
                alphabet,
                query=Picture(character, drawer),
                right=Picture(character, support),
                chosen=Picture(int(chosen[character, drawer, support]), support),
                margin=float(margins[character, drawer, support]),
            )
        )
    return sorted(found, key=lambda trial: trial.margin)


def _right(scores: Tensor) -> Tensor:
    """Of each picture with its own character: [character, query's drawer, support's drawer]."""
    return scores.diagonal(dim1=0, dim2=2).permute(2, 0, 1)
