"""Standard errors: of a mean, of an accuracy, of a difference."""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot, sqrt


def mean_and_error(values: Sequence[float]) -> tuple[float, float]:
    """Mean of some values and its standard error, which is 0 for a single value.

    Example:
        >>> mean, error = mean_and_error([0.5, 0.75, 1.0])
        >>> mean, round(error, 4)
        (0.75, 0.1443)
    """
    import torch  # here, for whoever reads results needs none of it

    several = torch.tensor(values, dtype=torch.float64)
    error = float(several.std()) / sqrt(len(values)) if len(values) > 1 else 0.0
    return float(several.mean()), error


def accuracy_error(accuracy: float, count: int) -> float:
    """Binomial standard error of an accuracy over `count` independent answers.

    Example:
        >>> accuracy_error(0.9, 400)
        0.015
    """
    return sqrt(accuracy * (1 - accuracy) / count)


def difference_error(one: float, other: float) -> float:
    """Standard error of a difference between two figures with independent standard errors.

    Example:
        >>> difference_error(0.03, 0.04)
        0.05
    """
    return hypot(one, other)
