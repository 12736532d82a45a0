"""Letters of fonts: followed as strokes, and drawn by simulated hands."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from PIL import Image, ImageDraw

from benchmarks import font_letters, own_folders
from benchmarks.strokes import traced
from data.sources.folder import load_folder
from data.sources.pen import Mask

WIDTH = 11


def letter(*lines: list[tuple[int, int]]) -> Mask:
    page = Image.new("L", (160, 160))
    for line in lines:
        ImageDraw.Draw(page).line(line, fill=255, width=WIDTH, joint="curve")
    return np.asarray(page) > 127


def ends(stroke: np.ndarray) -> list[list[int]]:
    """A stroke's two ends, to the nearest twenty pixels."""
    return sorted((20 * np.round(stroke[[0, -1]] / 20)).astype(int).tolist())


def test_lines_that_cross_are_two_strokes() -> None:
    strokes = traced(letter([(20, 20), (140, 140)], [(140, 20), (20, 140)]))
    assert sorted(map(ends, strokes)) == [[[20, 20], [140, 140]], [[20, 140], [140, 20]]]


def test_a_bar_ends_where_it_meets_another_stroke() -> None:
    strokes = traced(letter([(40, 20), (40, 140)], [(40, 80), (140, 80)]))
    assert sorted(map(ends, strokes)) == [[[40, 20], [40, 140]], [[40, 80], [140, 80]]]


def test_a_stroke_is_in_the_middle_of_what_the_pen_drew() -> None:
    (stroke,) = traced(letter([(40, 30), (120, 30), (120, 130)]))
    off = np.minimum(abs(stroke[:, 1] - 30), abs(stroke[:, 0] - 120))
    assert off.max() < 3


def test_a_ring_is_one_closed_stroke() -> None:
    page = Image.new("L", (160, 160))
    ImageDraw.Draw(page).ellipse((30, 40, 130, 120), outline=255, width=WIDTH)
    (stroke,) = traced(np.asarray(page) > 127)
    assert np.linalg.norm(stroke[0] - stroke[-1]) < 3
    assert np.ptp(stroke, axis=0) == pytest.approx([100 - WIDTH, 80 - WIDTH], abs=4)


def test_a_dot_is_a_stroke_of_its_own() -> None:
    page = Image.fromarray(letter([(80, 60), (80, 140)]))
    ImageDraw.Draw(page).ellipse((70, 15, 90, 35), fill=255)
    dot, stem = sorted(traced(np.asarray(page)), key=len)
    assert np.ptp(dot, axis=0).max() < WIDTH / 2
    assert ends(stem) == [[80, 60], [80, 140]]


@pytest.fixture
def fonts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a font of 26 letters for each of two scripts: bars at various heights."""
    monkeypatch.setattr(
        font_letters, "SCRIPTS", {"One": ("One", 0x41, 0x5A), "Two": ("Two", 0x61, 0x7A)}
    )
    for name, first in (("One", 0x41), ("Two", 0x61)):
        drawn = {".notdef": TTGlyphPen(None).glyph()}
        for number in range(26):
            pen = TTGlyphPen(None)
            height = 100 + 20 * number
            for left, low, right, top in (
                (100, 0, 160, 700),
                (160, height, 300 + 5 * number, height + 60),
            ):
                pen.moveTo((left, low))
                for corner in ((left, top), (right, top), (right, low)):
                    pen.lineTo(corner)
                pen.closePath()
            drawn[f"letter{number}"] = pen.glyph()
        font = FontBuilder(1000, isTTF=True)
        font.setupGlyphOrder(list(drawn))
        font.setupCharacterMap({first + number: f"letter{number}" for number in range(26)})
        font.setupGlyf(drawn)
        font.setupHorizontalMetrics(dict.fromkeys(drawn, (600, 0)))
        font.setupHorizontalHeader(ascent=800, descent=-200)
        font.setupNameTable({"familyName": name, "styleName": "Regular"})
        font.setupPost()
        (tmp_path / "noto").mkdir(exist_ok=True)
        font.save(tmp_path / "noto" / f"NotoSans{name}-Regular.ttf")
    return tmp_path


def test_every_hand_draws_every_letter_its_own_way(
    tmp_path: Path, fonts: Path, run: Callable[..., None]
) -> None:
    folder = tmp_path / "letters"
    run(own_folders.main, "fonts", folder, "--fonts", fonts, "--drawers", 2)
    assert sorted(path.name for path in folder.iterdir()) == ["One", "Two"]
    assert len(list(folder.glob("*/*"))) == 52
    collection = load_folder(f"folder:{folder}", whole=True)
    assert collection.packed.shape[:2] == (52, 2)
    # The same hands every time, and no drawing twice.
    assert len({drawing.tobytes() for drawing in collection.packed.reshape(104, -1)}) == 104
    run(own_folders.main, "fonts", tmp_path / "again", "--fonts", fonts, "--drawers", 2)
    again = load_folder(f"folder:{tmp_path / 'again'}", whole=True)
    assert again.fingerprint == collection.fingerprint


@pytest.mark.parametrize("words", [(), ("--fonts", "nowhere")])
def test_fonts_that_are_missing_are_told(
    words: tuple[str, ...], tmp_path: Path, run: Callable[..., None], capsys: pytest.CaptureFixture
) -> None:
    with pytest.raises(SystemExit) as status:
        run(own_folders.main, "fonts", tmp_path / "letters", *words)
    assert status.value.code == 2
    assert ("holds no NotoSans" if words else "needs --fonts") in capsys.readouterr().err
    assert not (tmp_path / "letters").exists()
