"""Layout: which of a picture's parts are drawings, and which belong to one another."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import label
from scipy.spatial.distance import cdist

from data.sources.ink import Ink
from data.sources.pen import Mask, stroke_width
from data.sources.picture_files import NoPicture
from data.sources.shapes import EVERYWHERE
from data.sources.surroundings import without_surroundings

SUBSTANTIAL = 0.35
"""Least extent of a drawing, as a part of the usual one; what is smaller is a part of one."""
SMALLEST = 6.0
"""Least extent of one of several drawings, in widths of a stroke."""
APART = 0.4
"""Least distance of two drawings, as a part of the smaller one's extent."""
FAR = 0.8
"""Least distance of a few drawings, which may be parts of one, as a part of the usual extent."""
SEVERAL = 4
"""Least number of drawings that cannot well be one."""
MOST_PARTS = 150
"""Most parts of all drawings on a picture."""
NO_STROKES = "what stands out looks like no strokes"


class Layout(NamedTuple):
    """A picture's drawings.

    Attributes:
        drawings: bool [height, width] for each, in reading order.
        notes: what was left out, in a few words each.
    """

    drawings: list[Mask]
    notes: list[str]


def lay_out(ink: Ink) -> Layout:
    """Finds the drawings among a picture's ink.

    What is left out is said in the notes; see `without_surroundings`.
    """
    mask = ink.mask & ink.sheet
    if not mask.any():
        raise NoPicture("no drawing on it")
    drawn, notes = without_surroundings(mask, ink.sheet)
    return Layout(_in_reading_order(_apart(drawn)), notes)


def _apart(mask: Mask) -> list[Mask]:
    """Parts that lie together, as drawings; what is no drawing of its own joins the nearest."""
    parts, count = label(mask, EVERYWHERE)
    if count == 1:
        return [mask]
    if count > MOST_PARTS:
        raise NoPicture(NO_STROKES)
    outlines = [np.argwhere((parts == n) & _outline(parts == n)) for n in range(1, count + 1)]
    gaps = np.full((count, count), np.inf)
    for one in range(count):
        for other in range(one):
            gaps[one, other] = gaps[other, one] = cdist(outlines[one], outlines[other]).min()
    lows, highs = (
        np.array([end(points, axis=0) for points in outlines]) for end in (np.min, np.max)
    )
    groups = [[n + 1] for n in range(count)]
    width = stroke_width(mask)
    while len(groups) > 1:
        pair = _nearest_of_one(gaps, (highs - lows).max(1) + 1, width)
        if pair is None:
            break
        one, other = sorted(pair)
        groups[one] += groups.pop(other)
        lows[one], highs[one] = np.minimum(*lows[[one, other]]), np.maximum(*highs[[one, other]])
        gaps[one] = gaps[:, one] = np.minimum(gaps[one], gaps[other])
        gaps[one, one] = np.inf
        gaps = np.delete(np.delete(gaps, other, 0), other, 1)
        lows, highs = np.delete(lows, other, 0), np.delete(highs, other, 0)
    return [np.isin(parts, group) for group in groups]


def _nearest_of_one(
    gaps: NDArray[np.float64], sizes: NDArray[np.int64], width: float
) -> tuple[int, int] | None:
    """Two groups of parts that are of one drawing; None if each is a drawing.

    Args:
        gaps: distance of every two groups, in pixels.
        sizes: their extents.
        width: width of a stroke, in pixels.
    """
    count, usual = len(sizes), float(np.median(sizes))
    relative = gaps / np.minimum.outer(sizes, sizes)
    if relative.min() <= APART:
        return divmod(int(relative.argmin()), count)
    if sizes.min() < max(SMALLEST * width, SUBSTANTIAL * usual):
        small = int(sizes.argmin())
        return small, int(gaps[small].argmin())
    if count < SEVERAL and gaps.min() < FAR * usual:
        return divmod(int(gaps.argmin()), count)
    return None


def _outline(mask: Mask) -> Mask:
    inner = mask.copy()
    inner[1:] &= mask[:-1]
    inner[:-1] &= mask[1:]
    inner[:, 1:] &= mask[:, :-1]
    inner[:, :-1] &= mask[:, 1:]
    outline: Mask = mask & ~inner
    return outline


def _in_reading_order(drawings: list[Mask]) -> list[Mask]:
    """Line by line from the top, each from the left."""
    if len(drawings) < 2:
        return drawings
    places = []
    for drawing in drawings:
        rows, columns = np.flatnonzero(drawing.any(1)), np.flatnonzero(drawing.any(0))
        places.append(((rows[0] + rows[-1]) / 2, columns[0], rows[-1] - rows[0] + 1))
    order = sorted(range(len(drawings)), key=lambda n: places[n][0])
    lines = [[order[0]]]
    for one, other in pairwise(order):
        if places[other][0] - places[one][0] > 0.5 * min(places[one][2], places[other][2]):
            lines.append([])
        lines[-1].append(other)
    return [drawings[n] for line in lines for n in sorted(line, key=lambda n: places[n][1])]
