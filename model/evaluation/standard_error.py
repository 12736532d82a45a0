"""The mean of some values, and its standard error."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt


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
