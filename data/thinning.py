"""How thick a pen was, and the same drawing by another pen."""

from __future__ import annotations

from functools import cache
from math import pi

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, label

Mask = NDArray[np.bool_]


def stroke_width(ink: Mask) -> float:
    """The mean thickness of a drawing's strokes, in pixels.

    Its area, by half its outline: of which, whatever its direction, rows and columns of pixels
    together cross 4 / pi a pixel.
    """
    framed = np.pad(ink, 1)
    crossings = (framed[1:] != framed[:-1]).sum() + (framed[:, 1:] != framed[:, :-1]).sum()
    return float(2 * ink.sum() / (pi / 4 * max(crossings, 1)))


def redrawn(ink: Mask, width: float) -> Mask:
    """The drawing as with a round pen of this width, in pixels.

    What a thick pen filled stays filled, and thicker than a line.
    """
    lines = thinned(ink)
    depth = distance_transform_edt(np.pad(ink, 1))[1:-1, 1:-1]
    excess = max(0.0, 2 * float(np.median(depth[lines])) - 1 - width)
    away = distance_transform_edt(~lines)
    drawn: Mask = (depth > excess / 2) | (away <= (width - 1) / 2)  # a line is a pixel wide itself
    return drawn


def thinned(ink: Mask) -> Mask:
    """The middle lines of a drawing, a pixel thick (Zhang and Suen 1984)."""
    lines = np.pad(ink, 1)
    changed = True
    while changed:
        changed = False
        for table in _deletable():
            gone = lines & table[_neighbours(lines)]
            if gone.any():
                lines ^= gone
                changed = True
    lines = lines[1:-1, 1:-1]
    # Of a part without direction, a dot, sometimes nothing stays.
    parts, count = label(ink, np.ones((3, 3)))
    for lost in set(range(1, count + 1)).difference(parts[lines].tolist()):
        row, column = np.argwhere(parts == lost).mean(0).round().astype(int)
        lines[row, column] = True
    return lines


_CLOCKWISE = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))


def _neighbours(lines: Mask) -> NDArray[np.uint8]:
    """Which of the eight neighbours have ink: a bit each, clockwise from the one above."""
    codes = np.zeros(lines.shape, np.uint8)
    height, width = lines.shape
    for bit, (y, x) in enumerate(_CLOCKWISE):
        near = lines[1 + y : height - 1 + y, 1 + x : width - 1 + x]
        codes[1:-1, 1:-1] |= near.view(np.uint8) << bit
    return codes


@cache
def _deletable() -> tuple[Mask, Mask]:
    """For the two halves of a step: which of the 256 neighbourhoods let their pixel go."""
    has = (np.arange(256)[:, None] >> np.arange(8)) & 1 > 0  # [256, 8]
    count = has.sum(1)
    # Neither at an end nor inside, nor where lines would come apart.
    edge = (count >= 2) & (count <= 6) & ((~has & np.roll(has, -1, 1)).sum(1) == 1)
    above, right, below, left = has[:, 0], has[:, 2], has[:, 4], has[:, 6]
    first = edge & ~(above & right & below) & ~(right & below & left)
    second = edge & ~(above & right & left) & ~(above & below & left)
    return first, second
