"""Picture files of drawings on other things than plain white paper."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.ndimage import gaussian_filter

from benchmarks.winner.disturbances import Mask
from benchmarks.winner.page import (
    HEIGHT,
    PAPER,
    WIDTH,
    Dice,
    Floats,
    coloured,
    lying,
    taken,
    white_page,
)
from benchmarks.winner.scenes import Scene

BIRO = (0.16, 0.22, 0.55)
MARKERS = ((0.1, 0.1, 0.12), (0.15, 0.25, 0.65), (0.75, 0.15, 0.15), (0.1, 0.45, 0.25))


def lined(ink: Mask, dice: Dice) -> bytes:
    """Blue biro on lined paper with a red margin line."""
    page, _ = white_page(ink, dice)
    paper = _sheet((0.88, 0.88, 0.85))
    gap = int(dice.integers(22, 40))
    for row in range(int(dice.integers(gap)), HEIGHT, gap):
        paper[row : row + 2] *= (0.7, 0.82, 0.95)
    margin = int(dice.uniform(0.04, 0.12) * WIDTH)
    paper[:, margin : margin + 3] *= (0.95, 0.5, 0.5)
    return taken(coloured(page, paper, BIRO), dice)


def squared(ink: Mask, dice: Dice) -> bytes:
    """Biro on squared paper."""
    page, _ = white_page(ink, dice)
    paper = _sheet((0.88, 0.88, 0.86))
    gap = int(dice.integers(16, 30))
    line = np.array((0.72, 0.8, 0.9))
    for row in range(int(dice.integers(gap)), HEIGHT, gap):
        paper[row : row + 2] *= line
    for column in range(int(dice.integers(gap)), WIDTH, gap):
        paper[:, column : column + 2] *= line
    return taken(coloured(page, paper, BIRO), dice)


def whiteboard(ink: Mask, dice: Dice) -> bytes:
    """A marker on a whiteboard, on which old writing was wiped away and a lamp is mirrored."""
    page, _ = white_page(ink, dice)
    smears = gaussian_filter(dice.normal(0, 1, page.shape), (6, 30))
    board = _sheet((0.78, 0.79, 0.8)) * (1 - 0.03 * _spread(smears))[..., None]
    marker = MARKERS[int(dice.integers(len(MARKERS)))]
    lamp = _spot(dice, (25, 45), (40, 90))
    return taken(coloured(page, board, marker) + 0.4 * lamp[..., None], dice)


def blackboard(ink: Mask, dice: Dice) -> bytes:
    """Chalk on a blackboard that was wiped dry."""
    page, _ = white_page(ink, dice)
    dust = _spread(gaussian_filter(dice.normal(0, 1, page.shape), (12, 35)))
    board = _sheet((0.16, 0.22, 0.19)) + (0.04 * dust)[..., None]
    grain = _spread(gaussian_filter(dice.normal(0, 1, page.shape), 1.0))
    chalk = _sheet((0.82, 0.82, 0.78)) * (1 + 0.12 * grain)[..., None]
    return taken(coloured(page, board, chalk), dice)


def crumpled(ink: Mask, dice: Dice) -> bytes:
    """The paper was crumpled, and smoothed again."""
    page, _ = white_page(ink, dice)
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    light = np.zeros(page.shape)
    for _ in range(int(dice.integers(8, 14))):
        angle = dice.uniform(0, np.pi)
        y, x = dice.uniform(0, HEIGHT), dice.uniform(0, WIDTH)
        away = (columns - x) * np.cos(angle) + (rows - y) * np.sin(angle)
        # A fold is lit on one side, in shadow on the other, and its edge is dark.
        light += dice.uniform(0.02, 0.08) * np.sign(away) * np.exp(-np.abs(away) / 60)
        light -= dice.uniform(0.0, 0.08) * np.exp(-((away / 1.5) ** 2))
    return taken(page * (1 + gaussian_filter(light, 1.0)), dice)


def folded(ink: Mask, dice: Dice) -> bytes:
    """The paper was folded in four: its quarters are lit differently."""
    page, _ = white_page(ink, dice)
    y, x = int(HEIGHT * dice.uniform(0.4, 0.6)), int(WIDTH * dice.uniform(0.4, 0.6))
    light = np.ones(page.shape)
    for part in (np.s_[:y, :x], np.s_[:y, x:], np.s_[y:, :x], np.s_[y:, x:]):
        light[part] = dice.uniform(0.78, 1.0)
    light[y - 1 : y + 2] *= dice.uniform(0.75, 0.95)
    light[:, x - 1 : x + 2] *= dice.uniform(0.75, 0.95)
    return taken(page * light, dice)


def table_cloth(ink: Mask, dice: Dice) -> bytes:
    """A sheet lies on a cloth with checks."""
    page, at = white_page(ink, dice)
    inside = lying(dice, at)
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    angle, width = dice.uniform(0, np.pi / 2), dice.uniform(14, 34)
    along = np.cos(angle) * columns + np.sin(angle) * rows
    across = np.cos(angle) * rows - np.sin(angle) * columns
    stripes = sum((side // width % 2).astype(float) for side in (along, across)) / 2
    dye = np.array(((0.7, 0.1, 0.12), (0.12, 0.2, 0.55), (0.1, 0.4, 0.2))[int(dice.integers(3))])
    cloth = 0.8 * (1 - stripes[..., None]) + dye * stripes[..., None]
    shadow = gaussian_filter(np.roll(inside, (5, 5), (0, 1)).astype(float), 4)[..., None]
    return taken(np.where(inside[..., None], page[..., None], cloth * (1 - 0.4 * shadow)), dice)


def torn_out(ink: Mask, dice: Dice) -> bytes:
    """A page torn out of a spiral notebook: along its edge the holes are open to the desk."""
    page, _ = white_page(ink, dice)
    turned = np.rot90(page, k := int(dice.integers(4))).copy()
    edge = int(dice.uniform(14, 26))
    tear = np.cumsum(dice.normal(0, 0.8, turned.shape[1])).clip(-6, 6)
    torn = np.arange(len(turned))[:, None] < edge + tear
    hole, gap = int(dice.integers(8, 13)), int(dice.integers(18, 27))
    for left in range(int(dice.integers(gap)), turned.shape[1], gap):
        torn[: edge + 20, left : left + hole] |= dice.random() < 0.6
        torn[edge + 8 : edge + 20, left : left + hole] = True
    turned[torn] = dice.uniform(0.12, 0.5)
    return taken(np.rot90(turned, -k), dice)


def sticky_note(ink: Mask, dice: Dice) -> bytes:
    """A yellow note that sticks on white paper."""
    page, at = white_page(ink, dice)
    inside = lying(dice, at)
    under = gaussian_filter(np.roll(inside, (6, 4), (0, 1)).astype(float), 5)[..., None]
    note = coloured(page, (0.93, 0.86, 0.4), MARKERS[0])
    return taken(np.where(inside[..., None], note, 0.85 * (1 - 0.3 * under)), dice)


def shining_through(ink: Mask, dice: Dice) -> bytes:
    """What is written on the paper's other side is seen a little."""
    page, _ = white_page(ink, dice)
    other, _ = white_page(ink[:, ::-1], dice)
    behind = gaussian_filter(PAPER - other, 2.5) * dice.uniform(0.05, 0.12)
    return taken(page * (1 - behind), dice)


SURFACES: dict[str, Scene] = {
    surface.__name__: surface
    for surface in (
        lined,
        squared,
        whiteboard,
        blackboard,
        crumpled,
        folded,
        table_cloth,
        torn_out,
        sticky_note,
        shining_through,
    )
}


def _sheet(colour: ArrayLike) -> Floats:
    found: Floats = np.ones((HEIGHT, WIDTH, 3)) * np.asarray(colour)
    return found


def _spread(values: Floats) -> Floats:
    """Values scaled to a standard deviation of 1."""
    found: Floats = values / values.std()
    return found


def _spot(dice: Dice, high: tuple[float, float], wide: tuple[float, float]) -> Floats:
    """A bright spot somewhere, 0 to 1; of these standard deviations, in pixels."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    y, x = dice.uniform(0, HEIGHT), dice.uniform(0, WIDTH)
    away = ((rows - y) / dice.uniform(*high)) ** 2 + ((columns - x) / dice.uniform(*wide)) ** 2
    spot: Floats = np.exp(-away / 2)
    return spot
