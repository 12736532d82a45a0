"""Pictures of what was classified as what, to look over."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from data.sources.picture_files import CONTACT_SHEET
from data.sources.scans import Drawing
from hpo.classify.answers import UNKNOWN, Answer
from hpo.runtime.fonts import readable
from hpo.runtime.palette import GREY, INK, PALE, PAPER

SIDE, GAP, LINE = 105, 8, 18
LETTERS = 13
"""Size of the font, in pixels."""
COLUMNS, ROWS = 3, 20
WIDTH = 3 * SIDE + 2 * GAP
HEIGHT = SIDE + 2 * LINE


class Entry(NamedTuple):
    """A classified drawing.

    Attributes:
        answer: what was said of it.
        drawing: what the network saw, and the part of the picture that it was found on.
        support: the nearest class's first known picture, bool [105, 105].
    """

    answer: Answer
    drawing: Drawing
    support: NDArray[np.bool_]


def contact_sheets(entries: Sequence[Entry]) -> Iterator[bytes]:
    """PNGs of at most 60 entries each: the picture, its drawing, the known one of its class."""
    for start in range(0, len(entries), COLUMNS * ROWS):
        page = entries[start : start + COLUMNS * ROWS]
        columns = min(COLUMNS, len(page))
        rows = -(len(page) // -columns)
        size = (columns * (WIDTH + 3 * GAP) + GAP, rows * (HEIGHT + 2 * GAP) + LINE + 2 * GAP)
        sheet = Image.new("RGB", size, PAPER)
        draw = ImageDraw.Draw(sheet)
        about = "picture, its drawing, known picture of the nearest class"
        draw.text((2 * GAP, GAP), about, GREY, ImageFont.load_default(LETTERS))
        for place, entry in enumerate(page):
            row, column = divmod(place, columns)
            left = 2 * GAP + column * (WIDTH + 3 * GAP)
            _draw(sheet, draw, entry, left, LINE + 2 * GAP + row * (HEIGHT + 2 * GAP))
        title = PngInfo()
        title.add_text("Title", CONTACT_SHEET)
        file = io.BytesIO()
        sheet.save(file, "PNG", pnginfo=title)
        yield file.getvalue()


def _draw(
    sheet: Image.Image,
    draw: ImageDraw.ImageDraw,
    entry: Entry,
    left: int,
    top: int,
) -> None:
    given = Image.fromarray((entry.drawing.seen * 255).astype(np.uint8))
    given.thumbnail((SIDE, SIDE))
    drawings = [Image.fromarray(~drawing) for drawing in (entry.drawing.ink, entry.support)]
    for place, picture in enumerate([given, *drawings]):
        x = left + place * (SIDE + GAP)
        middle = (x + (SIDE - picture.width) // 2, top + (SIDE - picture.height) // 2)
        sheet.paste(picture.convert("RGB"), middle)
        draw.rectangle((x - 1, top - 1, x + SIDE, top + SIDE), outline=PALE)
    answer = entry.answer
    _write(draw, (left, top + SIDE + 3), answer.name, GREY)
    said = f"{answer.probability:.0%}  {answer.chosen}"
    if answer.chosen == UNKNOWN:
        said = f"{UNKNOWN}, nearest {answer.nearest}"
    _write(draw, (left, top + SIDE + LINE), said, INK)


def _write(draw: ImageDraw.ImageDraw, at: tuple[int, int], text: str, colour: str) -> None:
    """Writes as much of a text as an entry is wide, on one line."""
    text, font = readable(text, LETTERS)
    kept = len(text)
    while kept and draw.textlength(text[:kept] + "…" * (kept < len(text)), font) > WIDTH:
        kept -= 1
    draw.text(at, text if kept == len(text) else text[:kept] + "…", colour, font)
