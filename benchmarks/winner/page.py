"""A sheet of paper with a drawing on it, and the picture that a telephone takes of it."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image
from scipy.ndimage import gaussian_filter

from benchmarks.winner.disturbances import Mask

Floats = NDArray[np.float64]
Dice = np.random.Generator

HEIGHT, WIDTH = 450, 600
INK = 0.12
"""Brightness of the ink, as a part of the paper's."""
PAPER = 0.85


def white_page(ink: Mask, dice: Dice, turned: float = 0.0) -> tuple[Floats, tuple[float, float]]:
    """A white page with a drawing somewhere, and where its middle is: row and column.

    Args:
        turned: by how many degrees at most, either way.
    """
    side = dice.uniform(190, 300)
    y = dice.uniform(55 + side / 2, HEIGHT - 55 - side / 2)
    x = dice.uniform(75 + side / 2, WIDTH - 75 - side / 2)
    angle = dice.uniform(-turned, turned)
    return PAPER * drawn(ink, (HEIGHT, WIDTH), (y, x), side, angle), (y, x)


def drawn(
    ink: Mask, shape: tuple[int, ...], at: tuple[float, float], side: float, angle: float
) -> Floats:
    """A drawing on a page: 1 is paper, 0.12 is ink."""
    picture = Image.fromarray(ink.astype(np.float32))
    scale = max(ink.shape) / side
    cosine, sine = scale * np.cos(np.radians(angle)), scale * np.sin(np.radians(angle))
    y, x = at
    placed = picture.transform(
        (shape[1], shape[0]),
        Image.Transform.AFFINE,
        (
            cosine,
            sine,
            ink.shape[1] / 2 - cosine * x - sine * y,
            -sine,
            cosine,
            ink.shape[0] / 2 + sine * x - cosine * y,
        ),
        Image.Resampling.BICUBIC,
    )
    found: Floats = 1 - (1 - INK) * np.clip(np.asarray(placed, float), 0, 1)
    return found


def coloured(white: Floats, paper: ArrayLike, ink: ArrayLike) -> Floats:
    """The same page of other colours: [height, width, 3].

    Args:
        white: see `white_page`.
        paper: its colour, or that of each of its pixels.
        ink: its colour, or that of each of its pixels.
    """
    share = ((white - PAPER * INK) / (PAPER * (1 - INK)))[..., None]
    found: Floats = share * np.asarray(paper) + (1 - share) * np.asarray(ink)
    return found


def lying(dice: Dice, at: tuple[float, float], most: float = 9.0) -> Mask:
    """Where a sheet covers the picture that lies about as it: bool [height, width].

    Args:
        at: row and column of its middle.
        most: degrees by which it is turned, either way.
    """
    y, x = at
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    angle = np.radians(dice.uniform(-most, most))
    along = (columns - x) * np.cos(angle) + (rows - y) * np.sin(angle)
    across = (rows - y) * np.cos(angle) - (columns - x) * np.sin(angle)
    half = dice.uniform(125, 190)
    inside: Mask = (np.abs(along) < half * dice.uniform(1, 1.3)) & (np.abs(across) < half)
    return inside


def seen(picture: Floats, dice: Dice) -> Image.Image:
    """What a telephone sees: a little out of focus, with noise."""
    blur = (1.2, 1.2, 0)[: picture.ndim]
    noisy = gaussian_filter(picture, blur) + dice.normal(0, 0.012, picture.shape)
    return Image.fromarray(np.rint(np.clip(noisy, 0, 1) * 255).astype(np.uint8))


def taken(picture: Floats, dice: Dice, quality: int = 85) -> bytes:
    """A JPEG of it."""
    file = io.BytesIO()
    seen(picture, dice).save(file, "JPEG", quality=quality)
    return file.getvalue()
