"""Scans: drawings that were photographed, scanned or drawn elsewhere, made like Omniglot's."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import gaussian_filter, label
from torch import Tensor

from data.collection import SIDE, unpacked
from data.sources.pen import Mask, redrawn, stroke_width
from data.sources.picture_files import Floats, NoPicture

EXTENT = 63.0
"""Larger of a drawing's height and width between its strokes' middle lines, in pixels."""
WIDTH = 4.0
"""Width of a stroke, in pixels: a little less than Omniglot's five.

On the validation alphabets, four loses nothing on clean drawings, and is a point of one-shot
accuracy better than five on drawings by a thick pen; three is worse.
"""
SMOOTHING = 0.8
"""Standard deviation of the blur that takes away noise, in pixels."""
LEAST_CONTRAST = 0.08
"""Least contrast of ink, as a part of the paper's brightness."""
SPECK = 0.3
"""Least area of a drawing's part, in squares as wide as a stroke; what is smaller is dirt."""


def to_drawing(brightness: Floats) -> Mask:
    """Makes a picture's drawing like Omniglot's: bool [105, 105], True is ink.

    The drawing is what stands out, darker or lighter, from paper whose brightness may change
    smoothly across the picture. It is centred, scaled and drawn again with a pen like Omniglot's.

    Args:
        brightness: float32 [height, width], 0 to 1, as `read_brightness` gives it.

    Raises:
        NoPicture: nothing stands out.

    Example:
        >>> photograph = np.full((240, 180), 0.9, dtype=np.float32)
        >>> photograph[60:180, 85:95] = 0.2
        >>> drawing = to_drawing(photograph)
        >>> drawing.shape, pictures_of([drawing], size=35).shape
        ((105, 105), torch.Size([1, 35, 35]))
    """
    return _placed(*_ink(brightness))


def pictures_of(drawings: Sequence[Mask], size: int) -> Tensor:
    """Makes drawings a network's input: uint8 [drawings, size, size], 255 is ink."""
    packed = np.packbits(np.stack(drawings).reshape(len(drawings), -1), axis=-1)
    return unpacked(packed[:, None], range(len(drawings)), [0], size)[:, 0]


def _ink(brightness: Floats) -> tuple[Mask, Floats]:
    """Finds the ink: where it is, and how much from 0 (paper) to 1; at the edge it is a half."""
    smooth = gaussian_filter(brightness, SMOOTHING)
    paper = _paper(smooth)
    contrast = (paper - smooth) / np.maximum(paper, 0.1)
    sample = contrast[::3, ::3].ravel()
    if (sample**3).mean() < 0:  # light on dark
        contrast, sample = -contrast, -sample
    noise = 1.4826 * float(np.median(np.abs(sample)))  # a standard deviation
    strong = sample[sample > max(5 * noise, LEAST_CONTRAST / 2)]
    if not len(strong) or strong.max() < LEAST_CONTRAST:
        raise NoPicture("no drawing on it")
    level = float(np.median(strong[strong >= _threshold(strong)]))
    amount = np.clip(contrast / level, 0, 1)
    return _without_specks(amount)


def _threshold(values: Floats) -> float:
    """The threshold that best separates low values from high ones (Otsu 1979)."""
    counts, edges = np.histogram(values, 64)
    middles = (edges[1:] + edges[:-1]) / 2
    below, mass = counts.cumsum()[:-1], (counts * middles).cumsum()
    above = len(values) - below
    apart = mass[:-1] / np.maximum(below, 1) - (mass[-1] - mass[:-1]) / np.maximum(above, 1)
    return float(edges[1 + int((below * above * apart**2).argmax())])


def _paper(brightness: Floats) -> Floats:
    """The paper's brightness: a smooth surface through most of the picture."""
    height, width = brightness.shape
    y, x = np.linspace(-1, 1, height), np.linspace(-1, 1, width)
    step = 5
    points, values = _terms(y[::step], x[::step]), brightness[::step, ::step].ravel()
    points = points.reshape(len(values), -1)
    paper: Floats = np.full(len(values), np.median(values), np.float32)
    for _ in range(12):
        # Least squares, in which what is far off counts little: the drawing.
        weight = np.maximum(np.abs(values - paper), 0.01) ** -1.5
        weighted = points.T * weight
        fit = np.linalg.solve(weighted @ points + 1e-6 * np.eye(6), weighted @ values)
        paper = (points @ fit).astype(np.float32)
    surface: Floats = (_terms(y, x) @ fit).astype(np.float32)
    return surface


def _terms(y: NDArray[np.float64], x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Terms 1, x, y, x², xy and y² at every pixel: [height, width, 6]."""
    rows, columns = np.broadcast_arrays(y[:, None], x[None])
    ones = np.ones_like(rows)
    return np.stack([ones, columns, rows, columns**2, columns * rows, rows**2], axis=-1)


def _without_specks(amount: Floats) -> tuple[Mask, Floats]:
    ink = amount > 0.5
    parts, count = label(ink, np.ones((3, 3)))
    area = np.bincount(parts.ravel(), minlength=count + 1)
    kept = area >= SPECK * stroke_width(ink) ** 2
    kept[0] = False
    if not kept.any():
        raise NoPicture("no drawing on it")
    drawing = kept[parts]
    return drawing, np.where(drawing | ~ink, amount, 0).astype(np.float32)


def _placed(ink: Mask, amount: Floats) -> Mask:
    width = stroke_width(ink)
    rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
    ends = np.array([[columns[0], rows[0]], [columns[-1] + 1, rows[-1] + 1]])
    extent = max(float((ends[1] - ends[0]).max()) - width, width)
    window = SIDE / EXTENT * extent
    margin = int(window / 2) + 2
    middle = ends.mean(0) + margin
    box = (*(middle - window / 2), *(middle + window / 2))
    paper = Image.fromarray(np.pad(amount, margin))
    scaled = paper.resize((SIDE, SIDE), Image.Resampling.BILINEAR, box=box)
    drawing = np.asarray(scaled) > 0.5
    if not drawing.any():
        raise NoPicture("no drawing on it")
    return redrawn(drawing, WIDTH)
