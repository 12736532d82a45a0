"""Standard errors: of a mean, and of an accuracy over independent one-shot trials."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from statistics import fmean, stdev


def mean_and_error(values: Sequence[float]) -> tuple[float, float]:
    """The mean of at least two values, and its standard error.

    Example:
        >>> mean, error = mean_and_error([0.5, 0.75, 1.0])
        >>> mean, round(error, 4)
        (0.75, 0.1443)
    """
    return fmean(values), stdev(values) / sqrt(len(values))
