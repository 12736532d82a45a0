"""Pens: the width of the one that drew, and the drawing by another."""

from __future__ import annotations

from math import pi

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, label

from data.sources.thinning import thinned

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
    lines = middle_lines(ink)
    depth = distance_transform_edt(np.pad(ink, 1))[1:-1, 1:-1]
    excess = max(0.0, 2 * float(np.median(depth[lines])) - 1 - width)
    away = distance_transform_edt(~lines)
    drawn: Mask = (depth > excess / 2) | (away <= (width - 1) / 2)  # a line is a pixel wide itself
    return drawn


def middle_lines(ink: Mask) -> Mask:
    """Thins a drawing to lines a pixel wide; something of each of its parts stays."""
    lines = thinned(ink)
    # Of a part without direction, such as a dot, thinning sometimes leaves nothing.
    parts, count = label(ink, np.ones((3, 3)))
    for lost in set(range(1, count + 1)).difference(parts[lines].tolist()):
        row, column = np.argwhere(parts == lost).mean(0).round().astype(int)
        lines[row, column] = True
    return lines
