"""Strokes become lines a pixel wide: in one drawing, or in many at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Ink = TypeVar("Ink", NDArray[np.bool_], NDArray[np.uint8])


def thinned(ink: Ink) -> Ink:
    """Strokes as lines, by Zhang and Suen's method (1984).

    Its rules are about how many of a pixel's eight neighbours are ink. They are followed bit by
    bit, so that one drawing may be bool [height, width], and many a bit each of uint8
    [height, width, drawings / 8].
    """
    while True:
        before = ink
        for turned in (False, True):
            ink = ink & ~_outline(ink, turned)
        if np.array_equal(ink, before):
            return ink


def _outline(ink: Ink, turned: bool) -> Ink:
    """Which pixels go in a step: at the lower right of strokes, or the upper left if `turned`."""
    around = np.pad(ink, ((1, 1), (1, 1), *[(0, 0)] * (ink.ndim - 2)))
    height, width = ink.shape[:2]
    # Clockwise from above.
    places = ((0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0), (0, 0))
    ring = [around[y : y + height, x : x + width] for y, x in places]
    up, right, down, left = ring[::2]
    edges, some_edge = _two_or_more(~a & b for a, b in zip(ring, ring[1:] + ring[:1], strict=True))
    enough, _ = _two_or_more(ring)
    not_inside, _ = _two_or_more(~neighbour for neighbour in ring)
    kept = (up & left & (right | down)) if turned else (right & down & (up | left))
    return some_edge & ~edges & enough & not_inside & ~kept


def _two_or_more(planes: Iterable[Ink]) -> tuple[Ink, Ink]:
    """Where at least two planes are set, and where at least one is."""
    first, *others = planes
    two, one = np.zeros_like(first), first
    for plane in others:
        two, one = two | (one & plane), one | plane
    return two, one
