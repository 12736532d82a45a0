"""Exact one-shot accuracy: every trial there is, counted from one matrix of scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb, sqrt

import torch
from torch import Tensor

from model.embedded import Embedded


@dataclass(frozen=True)
class Accuracy:
    """Exact one-shot accuracy.

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


@torch.inference_mode()
def within_alphabets(embedded: Embedded, ways: Sequence[int]) -> dict[int, Accuracy]:
    """For each N, the accuracy of N-way trials within each alphabet.

    Expected over every pair of two drawers and every choice of characters; one matrix of scores
    counts every possible trial of every N.

    Raises:
        ValueError: an alphabet has fewer characters than a way.
    """
    characters, drawers = embedded.characters, len(embedded.characters.drawers)
    found: dict[int, dict[str, float]] = {way: {} for way in ways}
    for alphabet, rows in zip(characters.alphabets, characters.characters_of, strict=True):
        count = len(rows)
        if count < max(ways):
            raise ValueError(
                f"{alphabet} has {count} characters, too few for {max(ways)}-way trials"
            )
        flat = embedded.vectors[rows.to(embedded.vectors.device)].flatten(0, 1)
        scores = embedded.likeness.score_within(flat).view(count, drawers, count, drawers)
        right = scores.diagonal(dim1=0, dim2=2).permute(2, 0, 1)  # [character, query, support]
        nearer = (scores >= right[:, :, None, :]).sum(2) - 1  # the right one counts itself
        others = ~torch.eye(drawers, dtype=torch.bool, device=scores.device)
        chances = chance_of_right(count, ways)
        values = nearer[:, others].flatten().bincount(minlength=count).double().cpu() @ chances
        for way, value in zip(ways, (values / (nearer[:, others].numel())).tolist(), strict=True):
            found[way][alphabet] = value
    return {way: Accuracy.of(per_alphabet) for way, per_alphabet in found.items()}


@torch.inference_mode()
def unstructured(embedded: Embedded, ways: Sequence[int]) -> dict[int, tuple[float, float]]:
    """For each N, accuracy of N-way trials of characters from all alphabets; its standard error.

    Expected over every choice of N characters out of the whole pool and every pair of two drawers'
    numbers, the number for all characters of a trial the same: beyond one alphabet it is no
    single person. The error is over the alphabets that the right characters are of.

    Not comparable with accuracy within alphabets: characters of two alphabets are less alike.
    """
    characters, vectors = embedded.characters, embedded.vectors
    count, drawers = vectors.shape[:2]
    nearer = torch.zeros(count, count, dtype=torch.int64, device=vectors.device)
    each = torch.arange(count, device=vectors.device)
    for one, other in combinations(range(drawers), 2):
        scores = embedded.likeness.score(vectors[:, one], vectors[:, other])
        for seen in (scores, scores.T):  # likeness is mutual: either may be the query
            worse = (seen >= seen.diagonal()[:, None]).sum(1) - 1
            nearer[each, worse] += 1
    chances = chance_of_right(count, ways)
    per_character = nearer.double().cpu() @ chances / (drawers * (drawers - 1))
    means = per_character.mean(0)
    alphabets = [(per_character[rows] - means).sum(0) for rows in characters.characters_of]
    clusters = torch.stack(alphabets)
    errors = (clusters.square().sum(0) * len(clusters) / max(1, len(clusters) - 1)).sqrt() / count
    return dict(zip(ways, zip(means.tolist(), errors.tolist(), strict=True), strict=True))


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
