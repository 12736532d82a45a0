"""Shapes of ink and of paper: extent, width, rectangle, and what lies at an edge."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_erosion, distance_transform_edt, label
from scipy.spatial import ConvexHull, QhullError

from data.sources.pen import Mask

BROAD = 0.25
"""Widest stroke of a drawing to which a picture was cut, as a part of the longer side."""
FRAME = 0.7
"""Most of a picture's edges that such a drawing reaches."""
STRAIGHT = 0.97
"""Least part of an edge that a frame covers: a stroke is less straight."""
PIECES = 12
"""Most parts of such a drawing at the edges: grain of wood has more."""
EDGE = 3
"""Width of the edge of a sheet that ends within the picture, in pixels."""
EVERYWHERE = np.ones((3, 3))
"""Neighbours that belong together: all eight."""


def extent(mask: Mask) -> int:
    """The larger of height and width, in pixels."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    return int(max(rows[-1] - rows[0], columns[-1] - columns[0])) + 1


def widest(ink: Mask) -> float:
    """Width of the ink where it is widest, in pixels."""
    return 2 * float(distance_transform_edt(ink).max())


def is_cut(ink: Mask) -> bool:
    """Whether a picture was cut to its drawing: strokes reach all four edges, and are no frame."""
    edges = (ink[0], ink[-1], ink[:, 0], ink[:, -1])
    if not all(edge.any() for edge in edges) or float(np.concatenate(edges).mean()) > FRAME:
        return False
    if sum(float(edge.mean()) > STRAIGHT for edge in edges) > 1 and _holds_others(ink):
        return False
    parts, count = label(ink, EVERYWHERE)
    corners = parts[[0, 0, -1, -1], [0, -1, 0, -1]]
    if corners.all() and len(set(corners.tolist())) > 2:  # dark, of a picture that was turned
        return False
    touching = np.count_nonzero(contacts(parts, count, np.ones(ink.shape, bool)))
    return bool(touching <= PIECES and widest(ink) < BROAD * max(ink.shape))


def _holds_others(ink: Mask) -> bool:
    """Whether some of the ink lies off the edges."""
    parts, count = label(ink, EVERYWHERE)
    return not contacts(parts, count, np.ones(ink.shape, bool)).all()


def contacts(parts: NDArray[np.int32], count: int, sheet: Mask) -> NDArray[np.int64]:
    """How many pixels of each part, numbered from 0 on, lie at the edge of the sheet.

    Args:
        parts: each pixel's part, 1 to `count`, or 0.
        count: how many parts there are.
        sheet: where the paper is.
    """
    depth = 1 if sheet.all() else EDGE
    inner = binary_erosion(sheet, EVERYWHERE, depth, border_value=0)
    found: NDArray[np.int64] = np.bincount(parts[sheet & ~inner], minlength=count + 1)[1:]
    return -(-found // depth)  # a bit of one pixel touches it, too


def rectangle(mask: Mask) -> float:
    """Area of the smallest rectangle around a mask, in pixels."""
    points = np.argwhere(mask).astype(np.float64)
    try:
        points = points[ConvexHull(points).vertices]
    except QhullError:  # all on a line
        return float(len(points))
    angles = np.radians(np.arange(0, 90, 1.5))
    cosines, sines = np.cos(angles), np.sin(angles)
    # Of each angle, how far the points reach along one side and the other: [points, angles].
    along = points[:, :1] * cosines + points[:, 1:] * sines
    across = points[:, 1:] * cosines - points[:, :1] * sines
    return float(((np.ptp(along, axis=0) + 1) * (np.ptp(across, axis=0) + 1)).min())
