"""What else is on a picture is left out of its drawing, and that is said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from drawings_alike import drawing_in, file, likeness
from PIL import Image, ImageDraw
from scipy.ndimage import label

from benchmarks.winner.disturbances import Mask
from benchmarks.winner.scenes import SCENES
from data.sources.scans import read_drawing, read_drawings


@pytest.mark.parametrize(
    ("name", "seed", "note"),
    [
        ("margin_line", 0, "edge"),
        ("finger", 0, "edge"),
        ("punched", 0, "row"),
        ("boxed", 0, "box"),
        ("pen", 1, "thing"),
    ],
)
def test_what_is_left_out_is_said(
    name: str, seed: int, note: str, inks: list[Mask], tmp_path: Path
) -> None:
    (tmp_path / "picture").write_bytes(SCENES[name](inks[0], np.random.default_rng(seed)))
    (said,) = read_drawing(tmp_path / "picture").notes
    assert note in said


def test_strokes_of_the_same_pen_and_dots_above_a_letter_are_no_surroundings(
    tmp_path: Path,
) -> None:
    strokes = Image.new("L", (300, 200), 255)
    draw = ImageDraw.Draw(strokes)
    for x in (60, 110, 160):
        draw.line((x, 40, x, 160), 0, 8)
    draw.line((200, 60, 240, 140), 0, 6)
    dotted = Image.new("L", (200, 220), 255)
    draw = ImageDraw.Draw(dotted)
    draw.line((30, 60, 30, 200, 170, 200, 170, 60), 0, 8)
    for x in (60, 140):
        draw.ellipse((x - 7, 8, x + 7, 22), 0)
    for picture, parts in ((strokes, 4), (dotted, 3)):
        (tmp_path / "picture").write_bytes(file(picture))
        drawing = read_drawing(tmp_path / "picture")
        assert drawing.notes == ()
        assert label(drawing.ink, np.ones((3, 3)))[1] == parts


def test_dark_corners_of_a_picture_that_was_turned_are_no_drawings(
    inks: list[Mask], tmp_path: Path
) -> None:
    for ink in inks[:4]:
        page = np.full((360, 480), 220, np.uint8)
        page[120:225, 190:295][ink] = 30
        turned = Image.fromarray(page).rotate(4, Image.Resampling.BICUBIC, fillcolor=0)
        (drawing,) = read_drawings_of(file(turned), tmp_path)
        assert likeness(drawing, drawing_in(file(Image.fromarray(~ink)), tmp_path)) > 0.7


@pytest.mark.parametrize("sides", ["tl", "tb", "tlr", "tlbr"])
@pytest.mark.parametrize("width", [6, 30])
def test_a_dark_frame_along_some_edges_is_no_part_of_the_drawing(
    sides: str, width: int, inks: list[Mask], tmp_path: Path
) -> None:
    for ink in inks[:4]:
        page = np.full((300, 400), 240, np.uint8)
        page[100:205, 150:255][ink] = 30
        for side in sides:
            np.rot90(page, "trbl".index(side))[:width] = 50
        expected = drawing_in(file(Image.fromarray(~ink)), tmp_path)
        assert likeness(drawing_in(file(Image.fromarray(page)), tmp_path), expected) > 0.75


def test_a_broad_thing_from_an_edge_is_left_out_and_a_stroke_is_not(
    inks: list[Mask], tmp_path: Path
) -> None:
    expected = drawing_in(file(Image.fromarray(~inks[0])), tmp_path)
    for width, left_out in ((30, True), (2, False)):
        for outline in (False, True):  # alone is left of what is as light as the paper
            page = Image.new("L", (400, 300), 240)
            page.paste(30, (150, 100), Image.fromarray(inks[0]))
            box = (380 - width, 210, 380, 320)
            ImageDraw.Draw(page).rectangle(box, None if outline else 90, 90, 3)
            found = read_drawings_of(file(page), tmp_path)
            alone = len(found) == 1 and likeness(found[0], expected) > 0.75
            assert alone == left_out


def read_drawings_of(content: bytes, tmp_path: Path) -> list[Mask]:
    (tmp_path / "picture").write_bytes(content)
    return [drawing.ink for drawing in read_drawings(tmp_path / "picture")]
