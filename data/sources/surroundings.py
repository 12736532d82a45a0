"""Surroundings: what is on a picture beside its drawings, on the paper or along its edges."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import binary_dilation, binary_fill_holes, find_objects, label

from data.sources.ink import ALONG
from data.sources.pen import Mask, stroke_width
from data.sources.shapes import EVERYWHERE, contacts, extent, is_cut, rectangle

STRAIGHT = 0.08
"""Width of a line from one edge to the other, as a part of the picture's longer side."""
BOX = 0.87
"""Least part of the smallest rectangle around it that a box fills: a circle, 0.79."""
INSIDE = 0.3
"""Least extent of a drawing in a box, as a part of the box's."""
THICKER = 1.8
"""Least width of a straight thing on the paper, such as a pen, in widths of the other strokes."""
LONGER = 5.0
"""Its least length, in widths of its own."""
FILLED = 0.65
"""Least part of the smallest rectangle around it that it fills."""
MARGIN = 0.12
"""Width of a margin, as a part of the picture's longer side."""
MARK = 0.08
"""Deepest mark of a row along an edge, and bit at one, as a part of the picture's longer side."""
WIDER = 0.9
"""Least length of the row, in extents of the rest."""
WHOLE = 0.8
"""Least length of a single mark that is a row, as a part of the edge's."""
DIRT = 3.0
"""Largest extent of what is no drawing, in widths of a stroke."""
EDGE_NOTE = "what touches the edge is left out"
BOX_NOTE = "the box around it is left out"
THING_NOTE = "a thing beside it is left out"
ROW_NOTE = "what is in a row along the edge is left out"


def without_surroundings(mask: Mask, sheet: Mask) -> tuple[Mask, list[str]]:
    """Takes away what is no drawing while something else is there, and says what, in a few words.

    That is what runs along the paper's edge, or across the paper from edge to edge, and bits at an
    edge (a desk, a finger, a margin's line); what is in a row along an edge (punched holes, a
    ruler's marks); a box around the rest; and what is straight and much thicker than the rest (a
    pen that lies on the paper).

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
    ):
        kept = step(mask)
        if (mask & ~kept).any():
            notes.append(note)
        mask = kept
    return mask, notes


def _without_rows(mask: Mask) -> Mask:
    """Takes away marks in a row along an edge, which reach further than the rest does."""
    parts, _ = label(mask, EVERYWHERE)
    boxes = find_objects(parts)
    ends = np.array([[(side.start, side.stop) for side in box] for box in boxes])
    longer = max(mask.shape)
    for axis in (0, 1):
        small = ends[:, axis, 1] - ends[:, axis, 0] < MARK * longer
        near = ends[:, axis, 1] <= MARGIN * longer
        far = ends[:, axis, 0] >= mask.shape[axis] - MARGIN * longer
        for margin in (near, far):
            row = np.flatnonzero(small & margin)
            rest = mask & ~np.isin(parts, row + 1)
            if not len(row) or not rest.any():
                continue
            size, reach = extent(rest), int(np.ptp(ends[row, 1 - axis]))
            whole = len(row) > 1 or reach > WHOLE * mask.shape[1 - axis]
            if whole and reach > WIDER * size > WIDER * DIRT * stroke_width(rest):
                return _without_rows(rest)
    return mask


def _off_the_edge(mask: Mask, sheet: Mask) -> Mask:
    if is_cut(mask):
        return mask
    parts, count = label(mask, EVERYWHERE)
    touching = contacts(parts, count, sheet)
    longer = max(mask.shape)
    away = np.zeros(count + 1, bool)
    for number, place in enumerate(find_objects(parts), 1):
        if not (contact := touching[number - 1]):
            continue
        small = max(side.stop - side.start for side in place) < MARK * longer
        away[number] = small or contact > ALONG * longer or _crosses(place, mask.shape)
    if not away.any():
        return mask
    # Something else: a drawing, which is no dirt, and is whole.
    rest = [n for n in range(1, count + 1) if not away[n] and not touching[n - 1]]
    width = stroke_width(mask & ~away[parts]) if rest else 0
    if not any(extent(parts == n) > DIRT * width for n in rest):
        return mask
    kept: Mask = mask & ~away[parts]
    return kept


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


def _is_bar(part: Mask) -> bool:
    """Whether a part is long and straight, as far as one can see."""
    width = stroke_width(part)
    return extent(part) > LONGER * width and part.sum() > FILLED * rectangle(part)
