"""Standard errors: of a mean, and of an accuracy over independent one-shot trials."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from statistics import fmean, stdev


def mean_and_error(values: Sequence[float]) -> tuple[float, float]:
    """The mean of at least two values, and its standard error.

    >>> mean_and_error([0.5, 0.75, 1.0])
    (0.75, 0.14433756729740643)
    """
    return fmean(values), stdev(values) / sqrt(len(values))
