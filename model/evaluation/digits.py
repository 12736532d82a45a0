"""One-shot accuracy on MNIST's digits, 10-way (the paper's section 4.4)."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from data.one_shot_runs import random_runs
from model.evaluation.embeddings import Embedded
from model.evaluation.one_shot import RunsAccuracy, embedded_runs
from model.evaluation.scores import choices, one_shot_accuracy
from model.evaluation.standard_error import mean_and_error

WAY = 10
RUNS = 40
"""Runs of ten one-shot trials each, the paper's 400; a run's pictures are of two columns."""
PARTS = 10
"""Parts of the columns, over which the standard error is taken."""


@dataclass(frozen=True)
class DigitsAccuracy:
    """10-way one-shot accuracy on the digits.

    Attributes:
        runs: over 400 random one-shot trials, as in the paper.
        value: over every pair of two columns within each of ten parts, which together hold all
            pictures.
        standard_error: standard error of `value`, over the parts, which share no picture.
        taken_for: what each digit's queries are taken for, by shares of the same pairs: ten rows,
            each of ten.
    """

    runs: RunsAccuracy
    value: float
    standard_error: float
    taken_for: list[list[float]]


def digits_accuracy(embedded: Embedded, seed: int = 0) -> DigitsAccuracy:
    """Measures 10-way one-shot accuracy on embedded digits.

    Args:
        embedded: embedded digits of `as_characters`, with at least 20 columns.
        seed: seed of the random one-shot trials.

    Example:
        >>> import torch
        >>> from data.sources.mnist import as_characters
        >>> from model.evaluation.baselines import nearest_neighbour
        >>> digits = torch.randint(0, 256, (10, 20, 28, 28), dtype=torch.uint8)
        >>> found = digits_accuracy(nearest_neighbour(as_characters(digits, 28, redrawn=False)))
        >>> found.runs.trials
        400
    """
    characters = embedded.characters
    count = len(characters.drawers)
    values, shares = [], []
    for number in range(PARTS):
        columns = characters.drawers[number * count // PARTS : (number + 1) * count // PARTS]
        part = embedded.part(characters.alphabets, columns)
        scores = part.scores()
        values.append(one_shot_accuracy(scores, WAY).value)
        shares += [choices(of_digits) for of_digits in scores.values()]
    runs = random_runs(characters, RUNS, WAY, seed)
    return DigitsAccuracy(
        embedded_runs(embedded, runs),
        *mean_and_error(values),
        torch.stack(shares).mean(0).tolist(),
    )
