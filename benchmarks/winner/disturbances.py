"""Picture files of drawings that look photographed, scanned or drawn elsewhere."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import distance_transform_edt, gaussian_filter

from data.characters import Characters
from data.one_shot_runs import OneShotRun, run_pictures

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]
Disturbance = Callable[[Mask, np.random.Generator], bytes]

INK = 0.15
"""Brightness of the ink, where that of white paper in full light is 1."""
MARGIN = 4
"""Pixels of paper around a drawing whose strokes become thicker."""


def clean(ink: Mask, dice: np.random.Generator) -> bytes:
    """Black on white, 105x105, PNG: as it is in Omniglot."""
    return _packed(np.where(ink, 0.0, 1.0), "PNG")


def grey_background(ink: Mask, dice: np.random.Generator) -> bytes:
    """On grey paper, lit from a side, with noise."""
    return _packed(_photographed(np.where(ink, INK, 1.0), dice), "PNG")


def small_jpeg(ink: Mask, dice: np.random.Generator) -> bytes:
    """Larger or smaller, somewhere on a JPEG of 300x200 pixels."""
    return _packed(_placed(np.where(ink, INK, 1.0), dice), "JPEG")


def thick_pen(ink: Mask, dice: np.random.Generator) -> bytes:
    """Strokes twice as thick: Omniglot's are five pixels wide."""
    return _packed(np.where(_thick(ink), 0.0, 1.0), "PNG")


def everything(ink: Mask, dice: np.random.Generator) -> bytes:
    """A thick pen on grey paper, lit from a side, with noise, on a JPEG of 300x200 pixels."""
    paper = _placed(np.where(_thick(ink), INK, 1.0), dice)
    return _packed(_photographed(paper, dice), "JPEG")


DISTURBANCES: dict[str, Disturbance] = {
    disturbance.__name__: disturbance
    for disturbance in (clean, grey_background, small_jpeg, thick_pen, everything)
}


def drawings_of(characters: Characters, runs: Sequence[OneShotRun]) -> tuple[Mask, Mask]:
    """The runs' support and query drawings, bool [trials, 105, 105] each.

    Args:
        characters: 105 pixels wide.
    """
    cells = zip(*(run_pictures(characters, run) for run in runs), strict=True)
    support, query = (torch.cat(side) for side in cells)
    pictures = characters.pictures
    ink = (pictures[side[:, 0], side[:, 1]].numpy() > 0 for side in (support, query))
    supports, queries = ink
    return supports, queries


def _thick(ink: Mask) -> Mask:
    thick: Mask = distance_transform_edt(~np.pad(ink, MARGIN)) <= 2.5
    return thick


def _photographed(paper: Floats, dice: np.random.Generator) -> Floats:
    """Light from 0.35 to 0.85 across the picture in some direction, blur and noise."""
    height, width = paper.shape
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    angle = dice.uniform(0, 2 * np.pi)
    across = (np.cos(angle) * x + np.sin(angle) * y) / (abs(np.cos(angle)) + abs(np.sin(angle)))
    light = 0.6 + 0.25 * across
    blurred: Floats = gaussian_filter(paper * light, 0.7)
    return blurred + dice.normal(0, 0.04, paper.shape)


def _placed(paper: Floats, dice: np.random.Generator) -> Floats:
    side = int(dice.integers(130, 201))
    drawing = Image.fromarray(paper.astype(np.float32)).resize(
        (side, side), Image.Resampling.BICUBIC
    )
    page = np.ones((200, 300))
    top, left = int(dice.integers(0, 201 - side)), int(dice.integers(0, 301 - side))
    page[top : top + side, left : left + side] = np.asarray(drawing)
    return page


def _packed(paper: Floats, form: str) -> bytes:
    file = io.BytesIO()
    pixels = np.rint(np.clip(paper, 0, 1) * 255).astype(np.uint8)
    Image.fromarray(pixels).save(file, form, **({"quality": 60} if form == "JPEG" else {}))
    return file.getvalue()
