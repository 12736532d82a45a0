"""Pens: the width of the one that drew, and the drawing by another."""

from __future__ import annotations

from math import ceil, pi

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, distance_transform_edt, label

from data.sources.thinning import thinned, thinned_each

Mask = NDArray[np.bool_]


def stroke_width(ink: Mask) -> float:
    """Mean width of a drawing's strokes, in pixels: its area, divided by half its outline.

    The outline's length is estimated by how often rows and columns of pixels cross it: together
    4 / pi times per pixel of its length, on average over directions.
    """
    framed = np.pad(ink, 1)
    crossings = (framed[1:] != framed[:-1]).sum() + (framed[:, 1:] != framed[:, :-1]).sum()
    return float(2 * ink.sum() / (pi / 4 * max(crossings, 1)))


def redrawn(ink: Mask, width: float) -> Mask:
    """Draws a drawing again with a round pen of this width, in pixels.

    What a thick pen has filled stays filled, and thicker than a line.
    """
    return _along(middle_lines(ink), ink, width)


def redrawn_each(inks: NDArray[np.bool_], width: float) -> NDArray[np.bool_]:
    """Draws many drawings again as `redrawn` does, but faster: bool [drawings, height, width]."""
    drawn = np.empty_like(inks)
    for number, (ink, lines) in enumerate(zip(inks, thinned_each(inks), strict=True)):
        drawn[number] = _along(_of_each_part(lines, ink), ink, width)
    return drawn


def middle_lines(ink: Mask) -> Mask:
    """Thins a drawing to lines a pixel wide; something of each of its parts stays."""
    return _of_each_part(thinned(ink), ink)


def _along(lines: Mask, ink: Mask, width: float) -> Mask:
    """Draws along a drawing's middle lines."""
    rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
    reach = ceil(width)
    box = tuple(slice(max(0, at[0] - reach), at[-1] + 1 + reach) for at in (rows, columns))
    depth = distance_transform_edt(np.pad(ink[box], 1))[1:-1, 1:-1]
    excess = max(0.0, 2 * float(np.median(depth[lines[box]])) - 1 - width)
    away = np.hypot(*np.ogrid[-reach : reach + 1, -reach : reach + 1])
    pen = away <= (width - 1) / 2  # a line is a pixel wide itself
    drawn = np.zeros_like(ink)  # nothing is drawn outside of the box
    drawn[box] = (depth > excess / 2) | binary_dilation(lines[box], pen)
    return drawn


def _of_each_part(lines: Mask, ink: Mask) -> Mask:
    """Lines, and a pixel of each part of the drawing that has none.

    Of a part without direction, such as a dot, thinning sometimes leaves nothing.
    """
    parts, count = label(ink, np.ones((3, 3)))
    for lost in set(range(1, count + 1)).difference(parts[lines].tolist()):
        row, column = np.argwhere(parts == lost).mean(0).round().astype(int)
        lines[row, column] = True
    return lines
