"""Ink: what a pen left on paper, told from the paper, its shadows, and the desk that it lies on."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import (
    binary_erosion,
    binary_fill_holes,
    gaussian_filter,
    grey_closing,
    grey_opening,
    label,
    median_filter,
)

from data.sources.pen import Mask, stroke_width
from data.sources.picture_files import Floats, NoPicture
from data.sources.shapes import EDGE, EVERYWHERE, contacts, extent, is_cut, rectangle, widest

SMOOTHING = 0.8
"""Standard deviation of the blur that takes away noise, in pixels."""
LEAST_CONTRAST = 0.08
"""Least contrast of ink, as a part of the paper's brightness."""
SPECK = 0.3
"""Least area of a drawing's part, in squares as wide as a stroke; what is smaller is dirt."""
ALONG = 0.12
"""Part of the picture's longer side: what touches an edge along more of it is no stroke."""
DOUBTFUL = 0.05
"""Part of the picture's longer side: what touches an edge along more of it may be no stroke."""
SCATTERED = 0.25
"""Part of the picture's longer side: what touches edges along more of it in all, in many places,
may be no strokes but the grain of a desk's wood.
"""
WIDEST = 0.17
"""Widest stroke where the light is uneven, as a part of the picture's longer side."""
UNEVEN = 1.15
"""Least brightness of the lightest paper, in times the darkest's, where the light is uneven."""
COVERED = 0.75
"""Least part of a sheet that is paper, not ink."""
DESK = 0.45
"""Most brightness of a desk around a sheet, as a part of the sheet's; a shadow is lighter."""
AROUND = 0.8
"""Most brightness of a desk that is seen at three sides of a sheet or all, as a part of its."""
CROSSING = 0.1
"""Least part of a stroke on either side of an edge, which then is no sheet's but a shadow's."""
THIN = 0.08
"""Widest light stroke on a dark ground that may be no sheet, as a part of the longer side."""
DIRT = 3.0
"""Largest extent of what is no drawing, in widths of a stroke."""
LEAST_TINT = 0.04
"""Least difference of a colour's parts of red, green and blue that tells ink from paper."""


class NothingOnIt(NoPicture):
    """Nothing stands out from paper in an uneven light."""


class Ink(NamedTuple):
    """Ink on a picture.

    Attributes:
        mask: bool [height, width], where it is.
        amount: float32 [height, width], from 0 (paper) to 1; at the edge of a stroke it is a half.
        sheet: bool [height, width], where the paper is.
    """

    mask: Mask
    amount: Floats
    sheet: Mask


def ink_in(colours: Floats, photograph: bool) -> Ink:
    """Finds the ink, darker or lighter than its paper, or of another colour.

    Where one smooth paper explains the picture, that is all. Else light falls on it with an edge,
    or the paper ends within the picture: then the paper is what is left when strokes are taken
    away, and a dark region around it is a desk.

    Args:
        colours: float32 [height, width, 3], 0 to 1.
        photograph: whether there may be such an edge; if not, one paper must explain the picture.

    Raises:
        NoPicture: nothing stands out.
    """
    grey = colours @ np.array([0.299, 0.587, 0.114], np.float32)
    try:
        return _ink_of_brightness(grey, photograph)
    except NoPicture:
        tint = _tint(colours)
        if tint is None:
            raise
        return _ink_of_brightness(tint, photograph)


def _ink_of_brightness(brightness: Floats, photograph: bool) -> Ink:
    smooth = gaussian_filter(brightness, SMOOTHING)
    paper = _paper(smooth)
    contrast = (paper - smooth) / np.maximum(paper, 0.1)
    light = float((contrast[::3, ::3] ** 3).mean()) < 0  # light on dark
    even: Ink | None = None
    try:
        even = _without_specks(_amount(-contrast if light else contrast))
        if not photograph or not _is_region(even.mask, light):
            return even
    except NoPicture:
        if not photograph:
            raise
    thin = light and even is not None and _is_thin(even.mask)
    try:
        doubtful = even is not None and light and not thin and not _runs_along(even.mask)
        return _uneven(brightness, thin, must_be_sheet=doubtful)
    except NothingOnIt:
        if even is None or _is_shadow(even.mask):
            raise
        return even
    except NoPicture:
        if even is None:
            raise
        return even


def _uneven(brightness: Floats, light: bool, must_be_sheet: bool) -> Ink:
    """Ink on paper in a light that may change at an edge, which may end within the picture.

    Args:
        brightness: float32 [height, width], 0 to 1.
        light: the ink is lighter than its paper.
        must_be_sheet: the picture has a light part off its edges, which may be a sheet or a
            drawing by a thick pen: a sheet is light nearly everywhere.
    """
    side = 2 * int(WIDEST * max(brightness.shape) / 2) + 1
    calm = np.pad(median_filter(brightness, 5), side, mode="edge")
    operation = grey_opening if light else grey_closing
    paper = operation(calm, (side, side))[side:-side, side:-side]
    smooth = gaussian_filter(brightness, SMOOTHING)
    contrast = (paper - smooth) / np.maximum(paper, 0.1) * (-1 if light else 1)
    darkest, lightest = np.quantile(paper, (0.05, 0.95))
    if lightest < UNEVEN * darkest:
        raise NoPicture("no drawing on it")
    sheet = _light_region(paper)
    if must_be_sheet:
        lit = smooth[sheet] > _threshold(smooth[::3, ::3].ravel())
        if sheet.all() or float(lit.mean()) < COVERED or sheet.sum() < 0.8 * rectangle(sheet):
            raise NoPicture("no drawing on it")
    if not sheet.all():
        try:
            ink = _without_specks(_amount(contrast - np.median(contrast[sheet]), sheet))
            if _holds(sheet, ink.mask):
                inner = binary_erosion(sheet, EVERYWHERE, EDGE, border_value=1)
                return ink._replace(mask=ink.mask & inner, sheet=inner)
        except NoPicture:
            pass
    try:
        return _without_specks(_amount(contrast - np.median(contrast)))
    except NoPicture as reason:
        raise NothingOnIt(*reason.args) from None


def _is_shadow(ink: Mask) -> bool:
    """Whether all of this runs along the picture's edge, as a shadow does, but for dirt."""
    parts, count = label(ink, EVERYWHERE)
    runs = contacts(parts, count, np.ones(ink.shape, bool)) > ALONG * max(ink.shape)
    if not runs.any():
        return False
    rest = [part for part in (parts == 1 + n for n in np.flatnonzero(~runs)) if part.any()]
    return all(extent(part) <= DIRT * stroke_width(part) for part in rest)


def _light_region(paper: Floats) -> Mask:
    """The sheet of paper on a dark desk, where there seems to be one; else all of the picture."""
    whole = np.ones(paper.shape, bool)
    light = paper > _threshold(paper[::3, ::3].ravel())
    if not light.any() or light.all():
        return whole
    above, below = float(np.median(paper[light])), float(np.median(paper[~light]))
    if below > AROUND * above:
        return whole
    parts, count = label(light)
    largest = 1 + int(np.argmax(np.bincount(parts.ravel(), minlength=count + 1)[1:]))
    region: Mask = binary_fill_holes(parts == largest)
    sides = sum(bool(side.any()) for side in (region[0], region[-1], region[:, 0], region[:, -1]))
    return region if below <= DESK * above or sides < 2 else whole


def _holds(sheet: Mask, ink: Mask) -> bool:
    """Whether the drawing is on this sheet: not if it crosses the edge, as that of a shadow."""
    strokes, count = label(ink, EVERYWHERE)
    within, beyond = (
        np.bincount(
            strokes[binary_erosion(part, EVERYWHERE, EDGE, border_value=1)], minlength=count + 1
        )[1:]
        for part in (sheet, ~sheet)
    )
    crossing = np.minimum(within, beyond) > CROSSING * (within + beyond)
    return bool(within.any()) and not crossing[within > 0].any()


def _amount(contrast: Floats, sheet: Mask | None = None) -> Floats:
    """How much ink there is, from 0 to 1, where it stands out by this contrast."""
    sample = contrast[::3, ::3]
    sample = sample.ravel() if sheet is None else sample[sheet[::3, ::3]]
    noise = 1.4826 * float(np.median(np.abs(sample)))  # a standard deviation
    strong = sample[sample > max(5 * noise, LEAST_CONTRAST / 2)]
    if not len(strong) or strong.max() < LEAST_CONTRAST:
        raise NoPicture("no drawing on it")
    level = float(np.median(strong[strong >= _threshold(strong)]))
    amount: Floats = np.clip(contrast / level, 0, 1)
    return amount


def _is_region(ink: Mask, light: bool) -> bool:
    """Whether some of this is no stroke, but a region of the picture, or a sheet on a desk."""
    if light and not _is_thin(ink):
        return True
    if is_cut(ink):
        return False
    return _runs_along(ink)


def _runs_along(ink: Mask) -> bool:
    """Whether some of this runs along the picture's edge, or all of it touches the edge."""
    parts, count = label(ink, EVERYWHERE)
    touching = contacts(parts, count, np.ones(ink.shape, bool))
    longer = max(ink.shape)
    runs = touching.max(initial=0) > DOUBTFUL * longer or touching.sum() > SCATTERED * longer
    return bool(runs) or bool(touching.all())


def _is_thin(ink: Mask) -> bool:
    """Whether these may be strokes of chalk."""
    return bool(widest(ink) < THIN * max(ink.shape))


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


def _tint(colours: Floats) -> Floats | None:
    """Brightness in place of colour, where ink and paper differ in colour alone; None without."""
    lit = colours + 0.05  # what is nearly black has no colour
    shares = lit / lit.sum(-1, keepdims=True)
    apart = (shares - np.median(shares, (0, 1))).reshape(-1, 3)
    # Along the direction in which the colours lie furthest apart; the more so, the more it counts.
    weighted = apart * np.square(apart).sum(1, keepdims=True)
    _, directions = np.linalg.eigh(weighted.T @ weighted)
    along = (apart @ directions[:, -1]).reshape(colours.shape[:2])
    if np.abs(along).max() < LEAST_TINT:
        return None
    tint: Floats = (0.5 + along).clip(0, 1).astype(np.float32)
    return tint


def _without_specks(amount: Floats) -> Ink:
    ink = amount > 0.5
    parts, count = label(ink, EVERYWHERE)
    area = np.bincount(parts.ravel(), minlength=count + 1)
    kept = area >= SPECK * stroke_width(ink) ** 2
    kept[0] = False
    if not kept.any():
        raise NoPicture("no drawing on it")
    drawing = kept[parts]
    whole = np.ones(ink.shape, bool)
    return Ink(drawing, np.where(drawing | ~ink, amount, 0).astype(np.float32), whole)
