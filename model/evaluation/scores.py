"""Scores of an alphabet's pictures, and what they answer: accuracies, the hardest one-shot trials.

An alphabet's scores are one float32 tensor [characters, drawers, characters, drawers]: how similar
each of its pictures is to every other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import comb, sqrt
from statistics import fmean
from typing import NamedTuple

import torch
from torch import Tensor

from model.evaluation.standard_error import mean_and_error

Scores = Mapping[str, Tensor]
"""Each alphabet's scores."""


@dataclass(frozen=True)
class Accuracy:
    """Exact accuracy: over every question that some pictures allow.

    Attributes:
        value: mean over alphabets, 0 to 1, each alphabet of equal weight.
        standard_error: over alphabets; of a single one, over its characters.
        per_alphabet: each alphabet's accuracy.
    """

    value: float
    standard_error: float
    per_alphabet: dict[str, float]

    @classmethod
    def of(cls, per_alphabet: Mapping[str, float]) -> Accuracy:
        """Takes the mean over alphabets, and its standard error.

        Example:
            >>> Accuracy.of({"Greek": 0.75, "Latin": 0.25}).value
            0.5
        """
        return cls(*mean_and_error(list(per_alphabet.values())), dict(per_alphabet))

    def over(self, alphabets: Sequence[str]) -> Accuracy:
        """Accuracy over only some of the alphabets."""
        return Accuracy.of({name: self.per_alphabet[name] for name in alphabets})


class Picture(NamedTuple):
    """A picture's indices into its alphabet's characters and into the drawers."""

    character: int
    drawer: int


class OneShotTrial(NamedTuple):
    """A one-shot trial: a query among all its alphabet's characters by another drawer.

    Attributes:
        alphabet: its name.
        query: the picture to classify.
        right: the right support.
        chosen: the most similar wrong support.
        margin: score of the right support minus score of the wrong one; at 0 or below the answer
            is wrong.
    """

    alphabet: str
    query: Picture
    right: Picture
    chosen: Picture
    margin: float


def one_shot_accuracies(scores: Scores, ways: Sequence[int]) -> dict[int, Accuracy]:
    """Counts N-way one-shot accuracy within each alphabet, for several N at once.

    It is exact: over every pair of two drawers and every choice of characters. One matrix of scores
    answers every possible one-shot trial of every N, see `chance_of_right`.

    Args:
        scores: each alphabet's scores.
        ways: every N.

    Raises:
        ValueError: an alphabet has fewer characters than a way.

    Example:
        Three characters by two drawers. Every picture is most like its own character, but for
        character 0 by drawer 0, which looks more like character 1 by drawer 1:

        >>> scores = torch.eye(3)[:, None, :, None].expand(3, 2, 3, 2).clone()
        >>> scores[0, 0, 1, 1] = 2.0
        >>> found = one_shot_accuracies({"Greek": scores}, [2, 3])
        >>> {way: round(accuracy.value, 4) for way, accuracy in found.items()}
        {2: 0.9167, 3: 0.8333}
    """
    found: dict[int, dict[str, float]] = {way: {} for way in ways}
    single: dict[int, float] = {}
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
        if len(scores) == 1:
            of_characters = chance_of_right(count, ways)[nearer.cpu()].mean(1)
            for way, values in zip(ways, of_characters.T.tolist(), strict=True):
                _, single[way] = mean_and_error(values)
    accuracies = {way: Accuracy.of(per_alphabet) for way, per_alphabet in found.items()}
    return {
        way: replace(accuracy, standard_error=single.get(way, accuracy.standard_error))
        for way, accuracy in accuracies.items()
    }


def one_shot_accuracy(scores: Scores, way: int) -> Accuracy:
    """Counts N-way one-shot accuracy for one N, see `one_shot_accuracies`.

    Example:
        >>> perfect = torch.eye(3)[:, None, :, None].expand(3, 2, 3, 2)
        >>> one_shot_accuracy({"Greek": perfect}, way=3).value
        1.0
    """
    return one_shot_accuracies(scores, [way])[way]


def chance_of_right(count: int, ways: Sequence[int]) -> Tensor:
    """Probability that a query is answered right in a random N-way one-shot trial.

    If k of the `count - 1` wrong supports are at least as similar to the query as the right one, it
    is C(count-1-k, N-1) / C(count-1, N-1).

    Returns:
        float64 [count, ways], row k for k such wrong supports.

    Example:
        >>> chance_of_right(3, [2, 3]).tolist()
        [[1.0, 1.0], [0.5, 0.0], [0.0, 0.0]]
    """
    others = count - 1
    return torch.tensor(
        [[comb(others - k, way - 1) / comb(others, way - 1) for way in ways] for k in range(count)],
        dtype=torch.float64,
    )


def verification_accuracy(scores: Scores) -> Accuracy:
    """Counts verification accuracy over every within-alphabet pair by two drawers.

    The threshold is the best one for all alphabets together. Same and different pairs have equal
    weight, and so have alphabets, as where pairs are sampled (the paper's section 4.1).

    Example:
        >>> perfect = torch.eye(3)[:, None, :, None].expand(3, 2, 3, 2)
        >>> round(verification_accuracy({"Greek": perfect}).value, 4)
        1.0
    """
    values, weights = [], []  # a weight is above 0 if both show one character
    for of_alphabet in scores.values():
        count, drawers = of_alphabet.shape[:2]
        first, second = torch.triu_indices(drawers, drawers, 1, device=of_alphabet.device)
        pairs = of_alphabet[:, first, :, second]  # [drawer pair, character, character]
        same = torch.eye(count, device=of_alphabet.device)
        weight = same / count - (1 - same) / (count * (count - 1))
        values.append(pairs.flatten())
        weights.append((weight / (2 * len(first))).expand_as(pairs).flatten())
    ordered, order = torch.cat(values).sort()
    # A threshold behind position i is right about the different pairs up to there, and about the
    # same pairs behind it: a half minus those up to there. No threshold parts equal scores.
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


def spread(scores: Scores) -> float:
    """How far the scores of a query with its supports lie apart: their standard deviation.

    Root mean square over all queries, against the supports by each other drawer; each alphabet of
    equal weight. What all supports of a query have in common changes no answer, nor the spread.

    Example:
        >>> scores = torch.eye(2)[:, None, :, None].expand(2, 2, 2, 2)
        >>> spread({"Greek": scores}), spread({"Greek": 3 * scores - 7})
        (0.5, 1.5)
    """
    variances = []
    for of_alphabet in scores.values():
        others = ~torch.eye(of_alphabet.shape[1], dtype=torch.bool, device=of_alphabet.device)
        of_queries = of_alphabet.double().var(2, correction=0)  # [character, drawer, drawer]
        variances.append(float(of_queries[:, others].mean()))
    return sqrt(fmean(variances))


def hardest_one_shot_trials(scores: Scores) -> list[OneShotTrial]:
    """Finds each alphabet's one-shot trial with the lowest margin, hardest first.

    Example:
        >>> scores = torch.eye(3)[:, None, :, None].expand(3, 2, 3, 2).clone()
        >>> scores[0, 0, 1, 1] = 2.0
        >>> hardest, = hardest_one_shot_trials({"Greek": scores})
        >>> hardest.query, hardest.chosen, hardest.margin
        (Picture(character=0, drawer=0), Picture(character=1, drawer=1), -1.0)
    """
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


def answers(scores: Tensor) -> Tensor:
    """Which character each query is taken for: the nearest one, of several the wrong one.

    Args:
        scores: scores of an alphabet.

    Returns:
        int64 [character, query's drawer, support's drawer].

    Example:
        >>> scores = torch.zeros(2, 3, 2, 3)
        >>> scores[1, :, 1] = 1  # where the second character is asked, it is the nearest
        >>> answers(scores)[:, 0, 1].tolist()
        [1, 1]
    """
    count = len(scores)
    same = torch.eye(count, dtype=torch.bool, device=scores.device)
    wrong, nearest = scores.masked_fill(same[:, None, :, None], -torch.inf).max(2)
    own = torch.arange(count, device=scores.device)[:, None, None]
    return torch.where(_right(scores) > wrong, own, nearest)


def choices(scores: Tensor) -> Tensor:
    """What each character's queries are taken for, by shares: float64 [character, chosen].

    Args:
        scores: scores of an alphabet.

    Example:
        >>> scores = torch.zeros(2, 3, 2, 3)
        >>> scores[:, :, 0] = 1  # whatever is asked, the first character is the nearest
        >>> choices(scores).tolist()
        [[1.0, 0.0], [1.0, 0.0]]
    """
    count, drawers = scores.shape[:2]
    others = ~torch.eye(drawers, dtype=torch.bool)
    chosen = answers(scores)[:, others]  # [character, drawer pairs]
    return torch.stack([row.bincount(minlength=count) for row in chosen]).double() / chosen.shape[1]


def _right(scores: Tensor) -> Tensor:
    """Scores with the right support: [character, query's drawer, support's drawer]."""
    return scores.diagonal(dim1=0, dim2=2).permute(2, 0, 1)
