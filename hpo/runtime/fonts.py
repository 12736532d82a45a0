"""Names of others on pictures: in a font that has their letters, else readable without one."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

from hpo.runtime.literal_text import visible

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
LETTERLESS = "Last Resort"
"""Beginning of the names of fonts that have a box for every letter."""


def readable(text: str, size: int) -> tuple[str, Font]:
    """A text as it can be drawn, on one line, and the font for it.

    That is Pillow's own font, which has little beyond ASCII, or matplotlib's, or the first of this
    machine's that has every letter. Where none has, letters that matplotlib's lacks become their
    numbers in Unicode.

    Args:
        text: any.
        size: size of the font, in pixels.

    Example:
        >>> readable("ring", 13)[0], readable("Ünal", 13)[0]
        ('ring', 'Ünal')
    """
    shown = visible(" ".join(text.split()))
    if shown.isascii():
        return shown, ImageFont.load_default(size)
    letters = frozenset(map(ord, shown)) | {ord("…")}  # where it is cut
    path = _font_with(letters)
    if path is not None:
        try:
            return shown, ImageFont.truetype(path, size)
        except OSError:  # a font of pictures, such as emoji, has sizes of its own
            pass
    own = _matplotlibs()
    has = _letters_of(own)
    escaped = "".join(
        letter if ord(letter) in has else letter.encode("ascii", "backslashreplace").decode()
        for letter in shown
    )
    return escaped, ImageFont.truetype(own, size)


@lru_cache(maxsize=1024)
def _font_with(letters: frozenset[int]) -> str | None:
    """The file of a font that has these letters, matplotlib's if it has; None if there is none."""
    if letters <= _letters_of(_matplotlibs()):
        return _matplotlibs()
    from matplotlib.font_manager import fontManager

    fonts = [font for font in fontManager.ttflist if not font.name.startswith(LETTERLESS)]
    upright = {font.fname for font in fonts if font.style == "normal" and font.weight == 400}
    return next((path for path in sorted(upright) if letters <= _letters_of(path)), None)


def _matplotlibs() -> str:
    """The file of the font that comes with matplotlib: Latin, Greek, Cyrillic and more."""
    from matplotlib import get_data_path

    return str(Path(get_data_path(), "fonts", "ttf", "DejaVuSans.ttf"))


@lru_cache(maxsize=1024)
def _letters_of(path: str) -> frozenset[int]:
    """Numbers in Unicode of the letters that a font's file has; none of one that is damaged."""
    from matplotlib.ft2font import FT2Font

    try:
        return frozenset(FT2Font(path).get_charmap())
    except (OSError, RuntimeError):
        return frozenset()
