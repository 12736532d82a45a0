"""The rungs of halving: the numbers of epochs at which it decides."""

from __future__ import annotations

from collections.abc import Iterator


def rungs(first: int, factor: int, below: int) -> Iterator[int]:
    """Yields the rungs in ascending order.

    Args:
        first: number of epochs of the first rung, at least 1.
        factor: each rung has this many times the epochs of the one before, at least 2.
        below: number of epochs that all have fewer than.

    Example:
        >>> list(rungs(first=2, factor=3, below=54))
        [2, 6, 18]
    """
    while first < below:
        yield first
        first *= factor
