"""Picture files of drawings as cameras, scanners and screens make them."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from PIL.ExifTags import Base

from benchmarks.winner.disturbances import Mask
from benchmarks.winner.page import (
    HEIGHT,
    PAPER,
    WIDTH,
    Dice,
    Floats,
    coloured,
    drawn,
    seen,
    taken,
    white_page,
)
from benchmarks.winner.scenes import Scene

TURNS = {3: 180, 6: 90, 8: 270}
"""By how many degrees, against the clock, the pixels of an EXIF orientation are turned."""


def turned_twice(ink: Mask, dice: Dice) -> bytes:
    """Taken crooked and straightened by hand, with dark corners; turned upright by EXIF alone."""
    page, _ = white_page(ink, dice)
    angle = dice.uniform(2, 7) * dice.choice((-1, 1))
    crooked = Image.fromarray(page.astype(np.float32)).rotate(
        -angle, Image.Resampling.BICUBIC, fillcolor=PAPER
    )
    picture = seen(np.asarray(crooked, float), dice).rotate(
        angle, Image.Resampling.BICUBIC, fillcolor=0
    )
    orientation = int(dice.choice(list(TURNS)))
    exif = Image.Exif()
    exif[Base.Orientation] = orientation
    file = io.BytesIO()
    picture.rotate(TURNS[orientation], expand=True).save(file, "JPEG", quality=85, exif=exif)
    return file.getvalue()


def vignetting(ink: Mask, dice: Dice) -> bytes:
    """The lens is dark towards the corners."""
    page, _ = white_page(ink, dice)
    rows, columns = np.mgrid[-1 : 1 : HEIGHT * 1j, -1 : 1 : WIDTH * 1j]
    away = (rows**2 + columns**2) / 2
    return taken(page * (1 - dice.uniform(0.4, 0.75) * away**1.5), dice)


def flash(ink: Mask, dice: Dice) -> bytes:
    """The flash lights a part of the picture, the rest is dim."""
    page, (y, x) = white_page(ink, dice)
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    y, x = y + dice.uniform(-80, 80), x + dice.uniform(-80, 80)
    away = ((rows - y) ** 2 + (columns - x) ** 2) / dice.uniform(110, 200) ** 2
    return taken(page * (0.3 + 0.9 * np.exp(-away / 2)), dice)


def hard_jpeg(ink: Mask, dice: Dice) -> bytes:
    """A small JPEG of quality 20, as messengers send them."""
    page, _ = white_page(ink, dice)
    small = seen(page, dice).resize((WIDTH // 2, HEIGHT // 2), Image.Resampling.BICUBIC)
    file = io.BytesIO()
    small.save(file, "JPEG", quality=20)
    return file.getvalue()


def off_a_screen(ink: Mask, dice: Dice) -> bytes:
    """A screen was photographed: its pixels and the camera's make waves of colour."""
    page, _ = white_page(ink, dice)
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    waves: list[Floats] = []
    angle = dice.uniform(0, np.pi)
    for _ in range(3):
        turn = angle + dice.normal(0, 0.1)
        across = np.cos(turn) * columns + np.sin(turn) * rows
        period, bow = dice.uniform(7, 40), dice.uniform(5, 30)
        phase = across + bow * np.sin(rows / dice.uniform(60, 150))
        waves.append(np.sin(2 * np.pi * phase / period))
    light = 1 + dice.uniform(0.03, 0.1) * np.stack(waves, -1)
    return taken(coloured(page, light * PAPER, np.full(3, 0.14)), dice)


def window(ink: Mask, dice: Dice) -> bytes:
    """The screenshot of a drawing program's window."""
    dark = bool(dice.integers(2))
    frame, text = (45, 220) if dark else (225, 40)
    bar, tools = int(dice.integers(26, 40)), int(dice.integers(36, 60))
    page = PAPER * drawn(ink, (HEIGHT - bar, WIDTH - tools), (205, 270), dice.uniform(190, 280), 0)
    picture = Image.new("RGB", (WIDTH, HEIGHT), (frame,) * 3)
    picture.paste(Image.fromarray(np.rint(page / PAPER * 255).astype(np.uint8)), (tools, bar))
    pens = ImageDraw.Draw(picture)
    font = ImageFont.load_default(14)
    pens.text((WIDTH // 2, bar // 2), "Untitled - Sketch", (text,) * 3, font, anchor="mm")
    for place, colour in enumerate(((237, 106, 94), (245, 191, 79), (98, 197, 84))):
        pens.ellipse((12 + 22 * place, bar // 2 - 6, 24 + 22 * place, bar // 2 + 6), colour)
    for row in range(6):
        top = bar + 14 + 44 * row
        pens.rectangle((tools // 2 - 11, top, tools // 2 + 11, top + 22), None, (text,) * 3, 2)
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def cut_off(ink: Mask, dice: Dice) -> bytes:
    """A part of the drawing is beyond the picture's edge."""
    page, _ = white_page(ink, dice)
    turned = np.rot90(page, k := int(dice.integers(4)))
    rows = np.flatnonzero((turned < PAPER / 2).any(1))
    first = rows[0] + int(dice.uniform(0.08, 0.2) * np.ptp(rows))
    return taken(np.rot90(turned[first:], -k), dice)


def dated(ink: Mask, dice: Dice) -> bytes:
    """The camera writes the date into a corner."""
    page, _ = white_page(ink, dice)
    picture = Image.fromarray(np.zeros((HEIGHT, WIDTH), np.uint8))
    date = f"{dice.integers(1, 29):02}.{dice.integers(1, 13):02}.20{dice.integers(10, 27)}"
    ImageDraw.Draw(picture).text(
        (WIDTH - 14, HEIGHT - 10), date, 255, ImageFont.load_default(22), anchor="rb"
    )
    digits = (np.asarray(picture) / 255)[..., None]
    return taken(page[..., None] * (1 - digits) + digits * np.array((0.95, 0.5, 0.1)), dice)


CAMERAS: dict[str, Scene] = {
    camera.__name__: camera
    for camera in (
        turned_twice,
        vignetting,
        flash,
        hard_jpeg,
        off_a_screen,
        window,
        cut_off,
        dated,
    )
}
