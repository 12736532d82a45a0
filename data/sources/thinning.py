"""Thinning: strokes become lines a pixel wide, in one drawing or in many at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Ink = TypeVar("Ink", NDArray[np.bool_], NDArray[np.uint8])
SLICE = 64
"""Drawings of `thinned_each` that are thinned at once: more would not fit the caches."""


def thinned(ink: Ink) -> Ink:
    """Thins strokes to lines a pixel wide, by Zhang and Suen's method (1984).

    Its rules count how many of a pixel's eight neighbours are ink. They are applied bit by bit, so
    `ink` is either one drawing, bool [height, width], or many drawings, each one bit of uint8
    [height, width, drawings / 8].

    Example:
        >>> stroke = np.zeros((7, 5), dtype=bool)
        >>> stroke[1:6, 1:4] = True
        >>> int(thinned(stroke).sum(axis=1).max())
        1
    """
    while True:
        before = ink
        for turned in (False, True):
            ink = ink & ~_outline(ink, turned)
        if np.array_equal(ink, before):
            return ink


def thinned_each(inks: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Thins many drawings, bool [drawings, height, width], faster than one by one.

    Example:
        >>> strokes = np.zeros((2, 7, 5), dtype=bool)
        >>> strokes[:, 1:6, 1:4] = True
        >>> bool((thinned_each(strokes) == thinned(strokes[0])).all())
        True
    """
    lines = np.empty_like(inks)
    for first in range(0, len(inks), SLICE):
        some = inks[first : first + SLICE]
        thin = thinned(np.packbits(np.moveaxis(some, 0, -1), axis=-1))
        bits = np.unpackbits(thin, axis=-1, count=len(some))
        lines[first : first + SLICE] = np.moveaxis(bits, -1, 0)
    return lines


def _outline(ink: Ink, turned: bool) -> Ink:
    """Pixels that a step removes: at the lower right of strokes, or the upper left if `turned`."""
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
    """Bits that are set in at least two planes, and in at least one."""
    first, *others = planes
    two, one = np.zeros_like(first), first
    for plane in others:
        two, one = two | (one & plane), one | plane
    return two, one
