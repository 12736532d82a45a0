"""Letters of scripts that Omniglot has not, from fonts, drawn by simulated hands.

SCRIPTS are scripts that are not among Omniglot's fifty. Left out are also those that resemble
some of these, with which a network was trained or tested: Telugu, Tamil, Sinhala and Saurashtra
(Kannada, Malayalam, Grantha), Javanese (Balinese), Limbu and Newa (Sanskrit, Bengali), the Tai
scripts (Burmese), Buhid and Hanunoo (Tagalog), Cherokee, Lisu, Coptic, Pahawh Hmong and Old Italic
(Latin, Greek), Runic (Futhorc), Phoenician (Aramaic), Adlam and Thaana (Arabic); and Lao, which
resembles Thai. The middle lines of a letter are followed as strokes: its shape is the font's, pen
and movement are a simulated hand's.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from benchmarks.strokes import Floats, traced
from data.sources.pen import stroke_width

SCRIPTS = {
    "Kayah_Li": ("KayahLi", 0xA90A, 0xA925),
    "Khmer": ("Khmer", 0x1780, 0x17A2),
    "Lepcha": ("Lepcha", 0x1C00, 0x1C23),
    "Linear_B": ("LinearB", 0x10000, 0x1004D),
    "Ol_Chiki": ("OlChiki", 0x1C5A, 0x1C77),
    "Osmanya": ("Osmanya", 0x10480, 0x1049D),
    "Shavian": ("Shavian", 0x10450, 0x1047F),
    "Sundanese": ("Sundanese", 0x1B8A, 0x1BA0),
    "Thai": ("Thai", 0x0E01, 0x0E2E),
    "Vai": ("Vai", 0xA500, 0xA60B),
    "Yi": ("Yi", 0xA000, 0xA48C),
}
"""Scripts: the font's name behind NotoSans, and the first and the last of the letters."""
MOST = 40
"""Letters of a script; where there are more, these are spread evenly over all of them."""
EM = 160
"""Size that letters are rendered at, in pixels."""
LONGER = 76.0
"""Longer side of a letter, in the units that hands draw in."""
DOT = 1.5
"""Radius of a dot, in the same units."""
WAVES = 3
WAVE = 1.4
"""Each wave of a hand's own way with a letter: mean shift, in the same units."""
LENGTH = 70.0
"""Least length of such a wave, in the same units."""


def scripts(fonts: Path) -> dict[str, dict[str, list[Floats]]]:
    """Each script's letters by their code points, and each letter's strokes.

    Points are float64 [n, 2]; the letter's middle is at 0, and its longer side is LONGER.

    Args:
        fonts: a folder that holds the fonts, at any depth, such as Debian's package
            fonts-noto-core leaves.
    """
    return {script: _letters(_font(fonts, script), script) for script in SCRIPTS}


def own_way(strokes: list[Floats], rng: np.random.Generator) -> list[Floats]:
    """Bends a letter a little, as a whole, as each drawing of it is another."""
    aspect = np.exp(rng.normal(0, 0.1, 2))
    lengths = LENGTH / rng.uniform(0.3, 1, WAVES)
    directions = rng.uniform(0, 2 * np.pi, WAVES)
    waves = 2 * np.pi / lengths * np.stack([np.cos(directions), np.sin(directions)])
    phases, shifts = rng.uniform(0, 2 * np.pi, WAVES), rng.normal(0, WAVE, (WAVES, 2))
    return [aspect * (stroke + np.sin(stroke @ waves + phases) @ shifts) for stroke in strokes]


def _font(fonts: Path, script: str) -> ImageFont.FreeTypeFont:
    name = f"NotoSans{SCRIPTS[script][0]}-Regular.ttf"
    found = next(iter(sorted(fonts.rglob(name))), None)
    if found is None:
        print(
            f"{fonts} holds no {name}, which Debian's package fonts-noto-core has", file=sys.stderr
        )
        sys.exit(2)
    return ImageFont.truetype(found, EM)


def _letters(font: ImageFont.FreeTypeFont, script: str) -> dict[str, list[Floats]]:
    _, first, last = SCRIPTS[script]
    missing = _mask(font, 0x10FFFF)
    there = {}
    for code in range(first, last + 1):
        mask = _mask(font, code)
        if mask.any() and not np.array_equal(mask, missing):
            there[f"{code:05X}"] = mask
    names = list(there)
    places = np.linspace(0, len(names) - 1, min(MOST, len(names))).round().astype(int)
    return {names[place]: _strokes(there[names[place]]) for place in places}


def _mask(font: ImageFont.FreeTypeFont, code: int) -> np.ndarray:
    page = Image.new("L", (4 * EM, 3 * EM))
    ImageDraw.Draw(page).text((EM, EM // 2), chr(code), font=font, fill=255)
    box = page.getbbox() or (0, 0, 1, 1)
    return np.asarray(page.crop(box)) > 127


def _strokes(mask: np.ndarray) -> list[Floats]:
    found = traced(mask)
    every = np.concatenate(found)
    low, high = every.min(0), every.max(0)
    scale = LONGER / max(float((high - low).max()), 1.0)
    dot = DOT / scale * np.stack([f(np.linspace(0, 2 * np.pi, 9)) for f in (np.cos, np.sin)], 1)
    width = stroke_width(mask)
    whole = [
        stroke if np.ptp(stroke, axis=0).max() > width / 2 else stroke.mean(0) + dot
        for stroke in found
    ]
    return [scale * (stroke - (low + high) / 2) for stroke in whole]
