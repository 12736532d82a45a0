"""Names on pictures: every letter is drawn, in some font, or its number is."""

from __future__ import annotations

import pytest
from matplotlib import font_manager
from matplotlib.ft2font import FT2Font
from PIL import ImageFont

from hpo.runtime.fonts import _font_with, readable

NAMES = ["ring", "Größe", "жук", "λόγος", "日本", "あ漢 (ring)", "가나", "🖋 pen", "one\nline"]


@pytest.mark.parametrize("name", NAMES)
def test_no_name_is_drawn_as_boxes(name: str) -> None:
    text, font = readable(name, 13)
    assert "\n" not in text
    if text.isascii() and text == " ".join(name.split()):
        return  # Pillow's own font has ASCII
    assert isinstance(font, ImageFont.FreeTypeFont)
    assert {ord(letter) for letter in text} <= set(FT2Font(str(font.path)).get_charmap())


def test_a_letter_of_no_font_becomes_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(font_manager.fontManager, "ttflist", [])
    _font_with.cache_clear()
    assert readable("あ é", 13)[0] == "\\u3042 é"
    _font_with.cache_clear()


def test_a_font_of_this_machine_that_has_the_letters_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    letter = "\u3042"
    path = font_manager.findfont("DejaVu Serif")
    monkeypatch.setattr(
        "hpo.runtime.fonts._letters_of",
        lambda file: frozenset(map(ord, f"…{letter}")) if file == path else frozenset(),
    )
    _font_with.cache_clear()
    text, font = readable(letter, 13)
    assert (text, getattr(font, "path", None)) == (letter, path)
    _font_with.cache_clear()
