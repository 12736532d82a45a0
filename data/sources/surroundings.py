"""Surroundings: what is on a picture beside its drawings, on the paper or along its edges."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import (
    binary_dilation,
    binary_fill_holes,
    distance_transform_edt,
    find_objects,
    label,
)

from data.sources.ink import ALONG, DIRT
from data.sources.pen import Mask, stroke_width
from data.sources.shapes import EVERYWHERE, contacts, extent, is_cut, rectangle

STRAIGHT = 0.08
"""Width of a line from one edge to the other, as a part of the picture's longer side."""
BOX = 0.87
"""Least part of the smallest rectangle around it that a box fills: a circle, 0.79."""
INSIDE = 0.3
"""Least extent of a drawing in a box, as a part of the box's."""
THINNER = 0.4
"""Most width of a line that no pen drew, such as the edge of a shadow, in widths of the strokes."""
THICKER = 1.8
"""Least width of a straight thing on the paper, such as a pen, in widths of the other strokes."""
LONGER = 5.0
"""Least length of a straight thing on the paper, in widths of its own."""
FILLED = 0.65
"""Least part of the smallest rectangle around it that a straight thing fills."""
MARGIN = 0.12
"""Width of a margin, as a part of the picture's longer side."""
MARK = 0.08
"""Deepest mark of a row along an edge, and bit at one, as a part of the picture's longer side."""
WIDER = 0.9
"""Least length of a row of marks, in extents of the rest."""
LONELY = 0.4
"""Least distance from the rest of a mark in a corner, in extents of the rest."""
WHOLE = 0.8
"""Least length of a single mark that is a row, as a part of the edge's."""
EDGE_NOTE = "what touches the edge is left out"
BOX_NOTE = "the box around it is left out"
THING_NOTE = "a thing beside it is left out"
ROW_NOTE = "what is in a row along the edge is left out"


def without_surroundings(mask: Mask, sheet: Mask) -> tuple[Mask, list[str]]:
    """Takes away what is no drawing while something else is there, and says what, in a few words.

    That is what runs along the paper's edge, or across the paper from edge to edge, or reaches in
    from an edge and is broad, and bits at an edge (a desk, a window's frame, a finger, a margin's
    line); what is in a row along an edge (punched holes, a ruler's marks); a box around the rest;
    what is straight and much thicker than the rest (a pen that lies on the paper), and lines that
    are much thinner (the edge of a shadow).

    Args:
        mask: bool [height, width], the ink.
        sheet: where the paper is.
    """
    notes = []
    for step, note in (
        (lambda ink: _off_the_edge(ink, sheet), EDGE_NOTE),
        (_without_rows, ROW_NOTE),
        (_unboxed, BOX_NOTE),
        (_without_things, THING_NOTE),
        (_without_lines, THING_NOTE),
    ):
        kept = step(mask)
        if (mask & ~kept).any() and note not in notes:
            notes.append(note)
        mask = kept
    return mask, notes


def _without_rows(mask: Mask) -> Mask:
    """Takes away marks in a row along an edge, which reach further than the rest does.

    A mark in a corner that is far from the rest goes, too, such as a window's button. The rest is
    what is no mark along any edge: a window has marks along two.
    """
    parts, count = label(mask, EVERYWHERE)
    ends = np.array([[(side.start, side.stop) for side in box] for box in find_objects(parts)])
    longer, shape = max(mask.shape), np.array(mask.shape)
    small = ends[..., 1] - ends[..., 0] < MARK * longer
    # Marks at the near and the far edge of each axis: [parts, 2, 2].
    margins = np.stack(
        (ends[..., 1] <= MARGIN * longer, ends[..., 0] >= shape - MARGIN * longer), -1
    )
    marks = margins & small[..., None]
    rest = mask & ~np.isin(parts, 1 + np.flatnonzero(marks.any((1, 2))))
    if not rest.any():
        return mask
    size, width = extent(rest), stroke_width(rest)
    if size <= DIRT * width:
        return mask
    away = np.zeros(count + 1, bool)
    distance = distance_transform_edt(~rest)
    for corner in np.flatnonzero(marks.any(2).all(1)):
        away[corner + 1] = distance[parts == corner + 1].min() > LONELY * size
    for axis in (0, 1):
        for side in (0, 1):
            row = np.flatnonzero(marks[:, axis, side])
            if not len(row):
                continue
            reach = int(np.ptp(ends[row, 1 - axis]))
            whole = len(row) > 1 or reach > WHOLE * shape[1 - axis]
            if whole and reach > WIDER * size:
                away[row + 1] = True
    kept: Mask = mask & ~away[parts]
    return kept


def _off_the_edge(mask: Mask, sheet: Mask) -> Mask:
    if sheet.all() and is_cut(mask):
        return mask
    parts, count = label(mask, EVERYWHERE)
    touching = contacts(parts, count, sheet)
    inner = [n for n in range(1, count + 1) if not touching[n - 1]]
    if not inner:
        return mask
    pen = stroke_width(np.isin(parts, inner))
    longer = max(mask.shape)
    away = np.zeros(count + 1, bool)
    for number, place in enumerate(find_objects(parts), 1):
        if not (contact := touching[number - 1]):
            continue
        small = max(side.stop - side.start for side in place) < MARK * longer
        runs = contact > ALONG * longer or _crosses(place, mask.shape)
        away[number] = small or runs or _reaches_in(parts, number, sheet, pen)
    if not away.any():
        return mask
    # Something else: a drawing, which is no dirt, and is whole.
    width = stroke_width(mask & ~away[parts])
    if not any(extent(parts == n) > DIRT * width for n in inner):
        return mask
    kept: Mask = mask & ~away[parts]
    return kept


def _reaches_in(parts: NDArray[np.int32], number: int, sheet: Mask, pen: float) -> bool:
    """Whether a part at the edge is a broad thing that reaches in from there, such as a finger.

    Of a thing nearly as light as the paper there may be only the outline.

    Args:
        parts: each pixel's part, or 0.
        number: number of this part.
        sheet: where the paper is.
        pen: width of the strokes that touch no edge.
    """
    part = parts == number
    if stroke_width(part) > THICKER * pen:
        return True
    pieces, count = label(sheet & ~part)
    if count < 2:
        return False
    paper = 1 + int(np.argmax(np.bincount(pieces.ravel(), minlength=count + 1)[1:]))
    whole = part | ((pieces != paper) & sheet)
    if (parts[whole] != number)[parts[whole] > 0].any():  # it holds something
        return False
    return stroke_width(whole) > THICKER * pen and whole.sum() > FILLED * rectangle(whole)


def _crosses(place: tuple[slice, slice], shape: tuple[int, ...]) -> bool:
    """Whether a part is a line from an edge to the opposite one."""
    most = STRAIGHT * max(shape)
    (rows, columns), (height, width) = place, shape
    upright = rows.start == 0 and rows.stop == height and columns.stop - columns.start < most
    level = columns.start == 0 and columns.stop == width and rows.stop - rows.start < most
    return bool(upright or level)


def _unboxed(mask: Mask) -> Mask:
    """Takes away a box around everything else."""
    parts, count = label(mask, EVERYWHERE)
    if count < 2:
        return mask
    boxes = find_objects(parts)
    number = 1 + int(
        np.argmax([(b[0].stop - b[0].start) * (b[1].stop - b[1].start) for b in boxes])
    )
    ring = parts == number
    # A gap in a box is closed.
    filled = binary_fill_holes(binary_dilation(ring, EVERYWHERE, 2))
    within = mask & ~ring
    if (within & ~filled).any() or extent(within) < INSIDE * extent(ring):
        return mask
    solid = binary_fill_holes(ring)
    if ring.sum() > 0.6 * solid.sum() or solid.sum() < BOX * rectangle(solid):
        return mask
    inner: Mask = within
    return inner


def _without_things(mask: Mask) -> Mask:
    """Takes away bars that are much thicker than everything else."""
    parts, _ = label(mask, EVERYWHERE)
    boxes = find_objects(parts)
    bars = [n for n, place in enumerate(boxes, 1) if _is_bar(parts[place] == n)]
    rest = mask & ~np.isin(parts, bars)
    if not bars or not rest.any():
        return mask
    width = stroke_width(rest)
    if extent(rest) <= DIRT * width:
        return mask
    things = [n for n in bars if stroke_width(parts == n) > THICKER * width]
    kept: Mask = mask & ~np.isin(parts, things)
    return kept


def _without_lines(mask: Mask) -> Mask:
    """Takes away lines that are much thinner than the strokes of everything else."""
    parts, _ = label(mask, EVERYWHERE)
    least = THINNER * stroke_width(mask)
    boxes = find_objects(parts)
    lines = [n for n, place in enumerate(boxes, 1) if _is_line(parts[place] == n, least)]
    rest: Mask = mask & ~np.isin(parts, lines)
    if not rest.any() or extent(rest) <= LONGER * stroke_width(rest):
        return mask
    return rest


def _is_line(part: Mask, least: float) -> bool:
    """Whether a part is long, and thinner than this."""
    width = stroke_width(part)
    return width < least and extent(part) > DIRT * width


def _is_bar(part: Mask) -> bool:
    """Whether a part is long and straight, as far as one can see."""
    width = stroke_width(part)
    return extent(part) > LONGER * width and part.sum() > FILLED * rectangle(part)
