"""Picture files of drawings with something else on them, as telephones and scanners take them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image, ImageDraw
from scipy.ndimage import gaussian_filter

from benchmarks.winner.disturbances import Mask
from benchmarks.winner.page import (
    HEIGHT,
    PAPER,
    WIDTH,
    Floats,
    coloured,
    drawn,
    lying,
    taken,
    white_page,
)

Scene = Callable[[Mask, np.random.Generator], bytes]


def shadow_edge(ink: Mask, dice: np.random.Generator) -> bytes:
    """The edge of a hard shadow falls across the drawing."""
    page, (y, x) = white_page(ink, dice)
    angle = dice.uniform(0, 2 * np.pi)
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    off = dice.uniform(-40, 40)
    across = (columns - x) * np.cos(angle) + (rows - y) * np.sin(angle) > off
    return taken(page * np.where(across, dice.uniform(0.35, 0.65), 1.0), dice)


def dark_desk(ink: Mask, dice: np.random.Generator) -> bytes:
    """A sheet of paper lies on a dark desk, which is seen all around."""
    return taken(_on_a_desk(ink, dice, float(dice.uniform(0.08, 0.3)), 0.0), dice)


def grained_desk(ink: Mask, dice: np.random.Generator) -> bytes:
    """The desk is of wood."""
    return taken(_on_a_desk(ink, dice, float(dice.uniform(0.1, 0.25)), 0.3), dice)


def dark_strip(ink: Mask, dice: np.random.Generator) -> bytes:
    """The desk is seen at one edge, or the lid of a scanner."""
    page, _ = white_page(ink, dice)
    turned = np.rot90(page, k := int(dice.integers(4))).copy()
    turned[: int(dice.uniform(0.03, 0.12) * len(turned))] = dice.uniform(0.02, 0.35)
    return taken(np.rot90(turned, -k), dice)


def margin_line(ink: Mask, dice: np.random.Generator) -> bytes:
    """A line runs along a margin of the paper."""
    page, _ = white_page(ink, dice)
    turned = np.rot90(page, k := int(dice.integers(4))).copy()
    at = int(dice.uniform(0.03, 0.09) * len(turned))
    turned[at : at + int(dice.integers(3, 7))] *= 0.35
    return taken(np.rot90(turned, -k), dice)


def thumb(ink: Mask, dice: np.random.Generator) -> bytes:
    """A thumb holds the paper at an edge."""
    page, _ = white_page(ink, dice)
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    y = dice.choice([0.0, HEIGHT]) if (level := dice.random() < 0.5) else dice.uniform(90, 360)
    x = dice.uniform(90, 510) if level else dice.choice([0.0, WIDTH])
    across, along = (45, 75) if level else (75, 45)
    inside = ((columns - x) / across) ** 2 + ((rows - y) / along) ** 2 < 1
    return taken(np.where(inside, dice.uniform(0.3, 0.6), page), dice)


def finger(ink: Mask, dice: np.random.Generator) -> bytes:
    """A finger, from an edge, points at the drawing."""
    page, (y, x) = white_page(ink, dice)
    strokes = page < PAPER / 2
    angle = dice.uniform(0, 2 * np.pi)
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    along = (columns - x) * np.cos(angle) + (rows - y) * np.sin(angle)
    across = (rows - y) * np.cos(angle) - (columns - x) * np.sin(angle)
    half = dice.uniform(22, 34)
    near = strokes & (np.abs(across) < half + 10)
    tip = half + dice.uniform(12, 40) + (along[near].max() if near.any() else 0.0)
    away = np.where(along < tip, np.hypot(along - tip, across), np.abs(across)) / half
    round_light = 1 - 0.25 * away.clip(0, 1) ** 2
    skin = np.array((0.85, 0.62, 0.5)) * dice.uniform(0.35, 1.0) * round_light[..., None]
    shadow = gaussian_filter((np.roll(away, (6, 6), (0, 1)) < 1).astype(float), 6)
    lit = (page * (1 - 0.3 * shadow))[..., None]
    return taken(np.where((away < 1)[..., None], skin, lit), dice)


def boxed(ink: Mask, dice: np.random.Generator) -> bytes:
    """A box is drawn around the symbol."""
    rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
    cut = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    margin = int(dice.integers(14, 26))
    framed = np.pad(cut, margin)
    pen = int(dice.integers(3, 6))
    framed[:pen] = framed[-pen:] = True
    framed[:, :pen] = framed[:, -pen:] = True
    page, _ = white_page(np.pad(framed, 8), dice, turned=4.0)
    return taken(page, dice)


def red_on_green(ink: Mask, dice: np.random.Generator) -> bytes:
    """Red ink on green paper of the same brightness."""
    page, _ = white_page(ink, dice)
    paper, red = np.array([0.3, 0.62, 0.35]), np.array([0.85, 0.35, 0.2])
    red = red * ((paper @ LUMA) / (red @ LUMA))
    return taken(coloured(page, paper, red), dice)


def light_table(ink: Mask, dice: np.random.Generator) -> bytes:
    """A sheet on a wooden table half as bright as it, or more, taken from a slant."""
    page, _ = white_page(ink, dice)
    grain = gaussian_filter(dice.normal(0, 1, page.shape), (1.5, 50))
    table = PAPER * dice.uniform(0.4, 0.65) * (1 + 0.08 * grain / grain.std())
    corners = np.array([(0, 0), (WIDTH, 0), (WIDTH, HEIGHT), (0, HEIGHT)])
    inwards = (
        dice.uniform(0.02, 0.13, (4, 2)) * (WIDTH, HEIGHT) * np.sign(np.mean(corners, 0) - corners)
    )
    rows = [
        row
        for (x, y), (u, v) in zip(corners + inwards, corners, strict=True)
        for row in ((x, y, 1, 0, 0, 0, -u * x, -u * y), (0, 0, 0, x, y, 1, -v * x, -v * y))
    ]
    slant = np.linalg.solve(np.array(rows), corners.ravel()).tolist()
    sheet = Image.fromarray(page.astype(np.float32)).transform(
        (WIDTH, HEIGHT), Image.Transform.PERSPECTIVE, slant, Image.Resampling.BICUBIC, fillcolor=-1
    )
    seen = np.asarray(sheet, float)
    return taken(np.where(seen < 0, table, seen), dice)


def ruler(ink: Mask, dice: np.random.Generator) -> bytes:
    """A ruler lies along an edge, a part of it beyond."""
    page, _ = white_page(ink, dice)
    turned = np.rot90(page, k := int(dice.integers(4))).copy()
    wide = int(dice.uniform(0.05, 0.11) * HEIGHT)
    turned[:wide] = dice.uniform(0.5, 0.75)
    for number, at in enumerate(range(int(dice.integers(8)), turned.shape[1], 8)):
        turned[wide - wide // (4 if number % 5 else 2) : wide, at : at + 2] = 0.15
    turned[wide : wide + 3] *= 0.75
    return taken(np.rot90(turned, -k), dice)


def pen(ink: Mask, dice: np.random.Generator) -> bytes:
    """The pen lies on the paper beside the drawing, in part over the picture's edge or not."""
    side = dice.uniform(190, 260)
    at = (HEIGHT / 2 + dice.uniform(-40, 40), 180 + dice.uniform(-20, 20))
    page = PAPER * drawn(ink, (HEIGHT, WIDTH), at, side, 0.0)
    shape = Image.new("L", (WIDTH, HEIGHT))
    ends = [(dice.uniform(430, 550), y) for y in (dice.uniform(30, 90), dice.uniform(380, 480))]
    ImageDraw.Draw(shape).line(ends, 255, int(dice.integers(22, 34)))
    inside = np.asarray(shape, float) / 255
    shadow = gaussian_filter(np.roll(inside, 8, 1), 6)
    lit = page * (1 - 0.35 * shadow)
    return taken(np.where(inside > 0.5, dice.uniform(0.1, 0.5), lit), dice)


def punched(ink: Mask, dice: np.random.Generator) -> bytes:
    """Holes along a margin, through which the desk is seen."""
    page, _ = white_page(ink, dice)
    turned = np.rot90(page, k := int(dice.integers(4))).copy()
    count, size = ((2, 12), (4, 12), (14, 7))[int(dice.integers(3))]
    holes = Image.new("L", turned.shape[::-1])
    y = dice.uniform(20, 38)
    for number in range(count):
        x = (number + 0.5) * turned.shape[1] / count
        ImageDraw.Draw(holes).ellipse((x - size, y - size, x + size, y + size), 255)
    turned = np.where(np.asarray(holes), dice.uniform(0.1, 0.4), turned)
    return taken(np.rot90(turned, -k), dice)


def page_of(inks: Sequence[Mask], dice: np.random.Generator) -> bytes:
    """Two to twelve drawings on one page, in lines."""
    columns = 2 if len(inks) <= 4 else 4
    lines = -(-len(inks) // columns)
    side = min(WIDTH // columns, HEIGHT // lines) * 2
    page = np.ones((side * lines, side * columns))
    for number, ink in enumerate(inks):
        y, x = divmod(number, columns)
        at = ((y + 0.5) * side + dice.uniform(-8, 8), (x + 0.5) * side + dice.uniform(-8, 8))
        page = np.minimum(page, drawn(ink, page.shape, at, 0.75 * side, 0.0))
    return taken(page * PAPER, dice)


def nothing(dice: np.random.Generator) -> bytes:
    """A picture without a drawing: smooth shapes of every size, as of a room out of focus."""
    spots = sum(
        size * gaussian_filter(dice.normal(0, 1, (HEIGHT, WIDTH)), size) for size in (4, 15, 50)
    )
    low, high = np.quantile(spots, (0.01, 0.99))
    return taken((spots - low) / (high - low), dice)


LUMA = np.array([0.299, 0.587, 0.114])
SCENES: dict[str, Scene] = {
    scene.__name__: scene
    for scene in (
        shadow_edge,
        dark_desk,
        grained_desk,
        dark_strip,
        margin_line,
        thumb,
        finger,
        boxed,
        red_on_green,
        light_table,
        ruler,
        pen,
        punched,
    )
}


def _on_a_desk(ink: Mask, dice: np.random.Generator, desk: float, grain: float) -> Floats:
    page, at = white_page(ink, dice)
    inside = lying(dice, at)
    waves = gaussian_filter(dice.normal(0, 1, page.shape), (2, 60))
    return np.where(inside, page, desk * (1 + grain * waves / waves.std()))
