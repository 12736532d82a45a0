"""Pictures of three symbols, each drawn with a thin pen and with a thick one."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageDraw


def symbol(name: str, pen: int) -> Image.Image:
    """A picture of a ring, a cross or a box."""
    image = Image.new("RGB", (300, 200), "white")
    draw = ImageDraw.Draw(image)
    if name == "ring":
        draw.ellipse((80, 40, 200, 160), outline="black", width=pen)
    elif name == "cross":
        draw.line((60, 30, 220, 170), fill="black", width=pen)
        draw.line((60, 170, 220, 30), fill="black", width=pen)
    else:
        draw.rectangle((90, 50, 190, 150), outline="black", width=pen)
        draw.line((90, 50, 190, 150), fill="black", width=pen)
    return image


@pytest.fixture
def symbols(tmp_path: Path) -> Path:
    """A folder with the folders known and new: ring.png, cross.png and box.png in each."""
    for folder, pen in (("known", 6), ("new", 9)):
        (tmp_path / folder).mkdir()
        for name in ("ring", "cross", "box"):
            symbol(name, pen).save(tmp_path / folder / f"{name}.png")
    return tmp_path
