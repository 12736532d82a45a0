"""MNIST's digits, ten at a time (the paper's section 4.4)."""

from __future__ import annotations

from dataclasses import dataclass

from data.one_shot_runs import random_runs
from model.evaluation.embeddings import Embedded
from model.evaluation.one_shot import RunsAccuracy, embedded_runs
from model.evaluation.scores import mean_and_error, one_shot_accuracy

WAY = 10
RUNS = 40
"""Of ten trials each: the paper's 400, as on Omniglot a run's pictures from two columns."""
PARTS = 10


@dataclass(frozen=True)
class DigitsAccuracy:
    """10-way one-shot accuracy.

    Attributes:
        trials: over the paper's 400 trials.
        value: over every pair of two columns within each of ten parts, all pictures together.
        standard_error: of `value`, over the parts, which share no picture.
    """

    trials: RunsAccuracy
    value: float
    standard_error: float


def digits_accuracy(embedded: Embedded, seed: int = 0) -> DigitsAccuracy:
    """How well the digits are told apart, the trials drawn with a seed."""
    characters = embedded.characters
    count = len(characters.drawers)
    values = []
    for number in range(PARTS):
        columns = characters.drawers[number * count // PARTS : (number + 1) * count // PARTS]
        part = embedded.part(characters.alphabets, columns)
        values.append(one_shot_accuracy(part.scores(), WAY).value)
    runs = random_runs(characters, RUNS, WAY, seed)
    return DigitsAccuracy(embedded_runs(embedded, runs), *mean_and_error(values))
