"""Twenty simulated drawers, each with a hand of their own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from data.collection import DRAWERS, PACKED_BYTES, SIDE

Floats = NDArray[np.float64]

MOST_STROKES = 4
"""Strokes of a character at most."""
POINTS = 6
"""Control points of a stroke's curve."""
SAMPLES = 160
"""Points at which a curve is drawn, closer to each other than a stroke is thick."""


def handwritten(
    strokes: Floats, there: NDArray[np.bool_], roundness: float, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Draws characters as twenty new drawers would.

    Args:
        strokes: control points, float [characters, 4, 6, 2], from -1 to 1.
        there: bool [characters, 4], which strokes a character has.
        roundness: 0 draws sharp corners at the control points, 1 a smooth curve along them.
        rng: random numbers from which the drawers' hands are drawn.

    Returns:
        Bits, uint8 [characters, 20, 1379].
    """
    present = np.repeat(there[:, None], DRAWERS, axis=1)
    care = rng.uniform(0.6, 1.4, size=(DRAWERS, 1, 1, 1))  # a large value is careless
    curves = _curves(_off(strokes[:, None], care, rng), roundness)
    return _ink(_placed(curves, present, rng), present, rng.uniform(1.25, 1.9, DRAWERS))


def _off(strokes: Floats, care: Floats, rng: np.random.Generator) -> Floats:
    """Puts each drawer's strokes off by a little: control points [characters, 20, 4, 6, 2].

    Strokes are shifted, turned and scaled, their points moved, their ends too long or too short.
    """
    each = (len(strokes), DRAWERS, MOST_STROKES, 1, 1)
    centre = strokes.mean(axis=3, keepdims=True)
    points: Floats = (strokes - centre) * np.exp(rng.normal(0, 0.1, each) * care)
    points = _turned(points, rng.normal(0, 0.12, each[:-1]) * care[..., 0])
    points = points + centre + rng.normal(0, 0.08, (*each[:-1], 2)) * care
    points += rng.normal(0, 0.05, (*each[:-2], POINTS, 2)) * care
    for end, inner in ((0, 1), (-1, -2)):
        too_far = rng.normal(0.1, 0.2, each[:-1]) * care[..., 0]
        points[..., end, :] += too_far * (points[..., end, :] - points[..., inner, :])
    return points


def _curves(points: Floats, roundness: float) -> Floats:
    """Curves [..., 160, 2] along control points [..., 6, 2], between polygons and splines."""
    from scipy.interpolate import BSpline  # imported here, for a cached start does not need it

    even = np.linspace(0, 1, SAMPLES)
    at = (even + (1 - np.cos(np.pi * even)) / 2) / 2  # denser at the ends, where splines are fast
    sharp, smooth = (
        BSpline.design_matrix(
            at, np.r_[[0] * degree, np.linspace(0, 1, POINTS - degree + 1), [1] * degree], degree
        ).toarray()
        for degree in (1, 3)
    )
    curves: Floats = (roundness * smooth + (1 - roundness) * sharp) @ points
    return curves


def _placed(curves: Floats, present: NDArray[np.bool_], rng: np.random.Generator) -> Floats:
    """Places curves [characters, 20, 4, 160, 2] on pixels, each character within its picture.

    Slant, aspect, size and place depend on the drawer, and vary from one character to the next.
    """
    hand, whole = (1, DRAWERS, 1, 1), (len(curves), DRAWERS, 1, 1)
    curves[..., 0] *= np.exp(rng.normal(0, 0.12, hand) + rng.normal(0, 0.06, whole))
    curves[..., 0] += curves[..., 1] * (rng.normal(0, 0.18, hand) + rng.normal(0, 0.06, whole))
    curves = _turned(curves, rng.normal(0, 0.08, hand) + rng.normal(0, 0.06, whole))
    curves *= (rng.uniform(26, 42, hand) * np.exp(rng.normal(0, 0.08, whole)))[..., None]
    curves += SIDE / 2 + (rng.normal(0, 3, (*hand, 2)) + rng.normal(0, 4, (*whole, 2)))
    return _fitted(curves, present)


def _turned(points: Floats, angle: Floats) -> Floats:
    """Turns points [..., 2] about the origin."""
    cosine, sine = np.cos(angle), np.sin(angle)
    x, y = points[..., 0], points[..., 1]
    return np.stack([cosine * x - sine * y, sine * x + cosine * y], axis=-1)


def _fitted(curves: Floats, present: NDArray[np.bool_]) -> Floats:
    """Shrinks and shifts curves as far as is needed to lie within the picture."""
    margin = 4.0
    mask = present[..., None, None]
    low = np.where(mask, curves, np.inf).min(axis=(2, 3), keepdims=True)
    high = np.where(mask, curves, -np.inf).max(axis=(2, 3), keepdims=True)
    middle, extent = (low + high) / 2, high - low
    shrink = np.minimum(1, (SIDE - 2 * margin) / extent.max(axis=-1, keepdims=True))
    half = shrink * extent / 2
    moved = np.clip(middle, margin + half, SIDE - margin - half)
    fitted: Floats = (curves - middle) * shrink + moved
    return fitted


def _ink(curves: Floats, present: NDArray[np.bool_], radius: Floats) -> NDArray[np.uint8]:
    """Draws curves [characters, 20, 4, 160, 2] with round pens: bits [characters, 20, 1379]."""
    count = len(curves)
    picture, drawer = np.nonzero(present)[:2]
    points = curves[present]
    corner = np.floor(points).astype(np.int64)
    offset = points - corner
    thickness = (radius[drawer] ** 2)[:, None]
    first = ((picture * DRAWERS + drawer) * SIDE * SIDE)[:, None]
    first = first + corner[..., 1] * SIDE + corner[..., 0]
    ink = np.zeros(count * DRAWERS * SIDE * SIDE, dtype=bool)
    for row in range(-1, 3):  # every pixel that a radius below 2 can reach
        for column in range(-1, 3):
            apart = (offset[..., 0] - column) ** 2 + (offset[..., 1] - row) ** 2
            ink[(first + row * SIDE + column)[apart < thickness]] = True
    packed = np.packbits(ink.reshape(count, DRAWERS, SIDE * SIDE), axis=-1)
    return packed.reshape(count, DRAWERS, PACKED_BYTES)
