"""Scans: drawings that were photographed, scanned or drawn elsewhere, made like Omniglot's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import binary_dilation, label
from torch import Tensor

from data.collection import SIDE, unpacked
from data.sources.ink import Ink, ink_in
from data.sources.layout import NO_STROKES, Layout, lay_out
from data.sources.pen import Mask, middle_lines, redrawn, redrawn_each, stroke_width
from data.sources.picture_files import Floats, NoPicture, holds_several, read_picture
from data.sources.shapes import EVERYWHERE, extent

EXTENT = 63.0
"""Larger of a drawing's height and width between its strokes' middle lines, in pixels."""
WIDTH = 4.0
"""Width of a stroke, in pixels: a little less than Omniglot's five.

On the validation alphabets, four loses nothing on clean drawings, and is a point of one-shot
accuracy better than five on drawings by a thick pen; three is worse.
"""
PREPARATION = 3
"""Version of how drawings are found and drawn again, to be raised when they change by it.

What was prepared and kept by another version is prepared anew.
"""
LONGEST = 240
"""Pixels of the longer side at which a picture is looked at first."""
PHOTOGRAPH = 120
"""Least pixels of the longer side of a photograph: a smaller picture has no shadows and no desk."""
SMALL = 80
"""Least extent of a drawing, in pixels, that a first look at a picture is enough for."""
BLOB = 0.5
"""Widest stroke, as a part of the drawing's extent."""
DOT = 0.15
"""Largest dot, as a part of the picture's longer side."""
LONG = 22.0
"""Longest stroke, all of a drawing's lines together, in extents of the drawing."""
MANY = 20
"""Most parts of a drawing."""
CROWD = 12
"""Most parts of one of several drawings, on average."""
FIRST_NOTE = "the file's first picture is taken, the others are left out"


@dataclass(frozen=True)
class Drawing:
    """A drawing that was found on a picture.

    Attributes:
        ink: like Omniglot's, bool [105, 105].
        seen: the part of the picture that holds it, float32 [height, width, 3], 0 to 1.
        notes: what was left out of the picture or its file, in a few words each.
    """

    ink: Mask
    seen: Floats
    notes: tuple[str, ...] = ()


def read_drawings(path: Path) -> list[Drawing]:
    """Reads a picture file's drawings, in reading order.

    Raises:
        NoPicture: the file holds no picture, or none with a drawing on it.
    """
    drawings = find_drawings(read_picture(path))
    if holds_several(path):
        return [replace(drawing, notes=(FIRST_NOTE, *drawing.notes)) for drawing in drawings]
    return drawings


def read_drawing(path: Path) -> Drawing:
    """Reads a picture file's only drawing.

    Raises:
        NoPicture: the file holds no picture, or there is no drawing on it, or several.
    """
    drawings = read_drawings(path)
    if len(drawings) > 1:
        raise NoPicture(f"{len(drawings)} drawings on it, where one is wanted")
    return drawings[0]


def find_drawings(colours: Floats) -> list[Drawing]:
    """Finds a picture's drawings, and makes them like Omniglot's.

    A drawing is what stands out, darker, lighter or of another colour, from paper in any light. It
    is centred, scaled and drawn again with a pen like Omniglot's.

    Args:
        colours: float32 [height, width, 3], 0 to 1, as `read_picture` gives them.

    Raises:
        NoPicture: nothing stands out, or nothing that looks like strokes.

    Example:
        >>> photograph = np.full((240, 180, 3), 0.9, dtype=np.float32)
        >>> photograph[60:180, 85:95] = 0.2
        >>> drawing, = find_drawings(photograph)
        >>> drawing.ink.shape, pictures_of([drawing.ink], size=35).shape
        ((105, 105), torch.Size([1, 35, 35]))
    """
    longest = max(colours.shape)
    looked_at = _resized(colours, LONGEST)
    ink = ink_in(looked_at, photograph=longest >= PHOTOGRAPH)
    layout = lay_out(ink)
    least = min(extent(drawing) for drawing in layout.drawings)
    if least < SMALL and longest > LONGEST:  # too small to see: looked at again
        closer = _resized(colours, min(longest, round(LONGEST * SMALL / least)))
        finer = ink_in(closer, photograph=True)
        if ink.sheet.all() or not finer.sheet.all():  # it still sees where the paper ends
            return _drawn(closer, finer, lay_out(finer))
    return _drawn(looked_at, ink, layout)


def pictures_of(drawings: Sequence[Mask], size: int) -> Tensor:
    """Makes drawings a network's input: uint8 [drawings, size, size], 255 is ink."""
    packed = np.packbits(np.stack(drawings).reshape(len(drawings), -1), axis=-1)
    return unpacked(packed[:, None], range(len(drawings)), [0], size)[:, 0]


def drawn_again(ink: Mask) -> Mask:
    """Makes a picture's ink what a drawing on a photograph would be: bool [105, 105]."""
    return redrawn(_placed(ink, ink.astype(np.float32)), WIDTH)


def each_drawn_again(inks: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Makes many drawings, bool [drawings, 105, 105], what `drawn_again` makes of each."""
    placed = [_placed(ink, ink.astype(np.float32)) for ink in inks]
    return redrawn_each(np.array(placed, dtype=bool).reshape(-1, SIDE, SIDE), WIDTH)


def _resized(colours: Floats, longest: int) -> Floats:
    height, width = colours.shape[:2]
    scale = longest / max(height, width)
    if scale == 1:
        return colours
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    layers = [
        np.asarray(Image.fromarray(colours[..., n]).resize(size, Image.Resampling.BICUBIC))
        for n in range(3)
    ]
    smaller: Floats = np.stack(layers, axis=-1).clip(0, 1)
    return smaller


def _drawn(colours: Floats, ink: Ink, layout: Layout) -> list[Drawing]:
    found = []
    count = len(layout.drawings)
    if count > 1 and label(ink.mask, EVERYWHERE)[1] > CROWD * count:
        raise NoPicture(NO_STROKES)
    for mask in layout.drawings:
        if not looks_drawn(mask):
            continue
        others = ink.mask & ~mask
        near = binary_dilation(mask, EVERYWHERE, 2)
        amount = np.where(others & ~near, 0, ink.amount)
        amount = np.where(others, np.minimum(amount, 0.4), amount).astype(np.float32)
        amount = np.where(near, amount, 0).astype(np.float32)
        drawn = redrawn(_placed(mask, amount), WIDTH)
        found.append(Drawing(drawn, _around(colours, mask), tuple(layout.notes)))
    if not found:
        raise NoPicture(NO_STROKES)
    return found


def looks_drawn(mask: Mask) -> bool:
    """Whether this may be a drawing: a small dot, or some strokes, which fill little of it."""
    size, width = extent(mask), stroke_width(mask)
    if width > BLOB * size:
        return bool(size <= DOT * max(mask.shape))
    if label(mask, EVERYWHERE)[1] > MANY:
        return False
    return int(middle_lines(mask).sum()) <= LONG * size


def _around(colours: Floats, mask: Mask) -> Floats:
    """The part of a picture that holds a drawing, with some paper around it."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    margin = 1 + extent(mask) // 4
    return colours[
        max(0, rows[0] - margin) : rows[-1] + 1 + margin,
        max(0, columns[0] - margin) : columns[-1] + 1 + margin,
    ]


def _placed(ink: Mask, amount: Floats) -> Mask:
    """Centres and scales a drawing as Omniglot's are, bool [105, 105], its strokes as they are."""
    width = stroke_width(ink)
    rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
    ends = np.array([[columns[0], rows[0]], [columns[-1] + 1, rows[-1] + 1]])
    longer = max(float((ends[1] - ends[0]).max()) - width, width)
    window = SIDE / EXTENT * longer
    margin = int(window / 2) + 2
    middle = ends.mean(0) + margin
    box = (*(middle - window / 2), *(middle + window / 2))
    paper = Image.fromarray(np.pad(amount, margin))
    scaled = paper.resize((SIDE, SIDE), Image.Resampling.BILINEAR, box=box)
    drawing = np.asarray(scaled) > 0.5
    if not drawing.any():
        raise NoPicture("no drawing on it")
    return drawing
