"""Folders of pictures that are drawn for a test."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from data.collection import Collection
from data.sources.folder import load_folder


def draw(path: Path, number: int = 0, size: tuple[int, int] = (60, 40)) -> Path:
    """Draws a cross whose place and arms depend on the number."""
    path.parent.mkdir(parents=True, exist_ok=True)
    ink = np.full(size[::-1], 255, np.uint8)
    height, width = ink.shape
    row, column = height // 4 + number % (height // 2), width // 4 + 3 * number % (width // 2)
    ink[row : row + 3, width // 6 : -width // 6] = 0
    ink[height // 6 : -height // 6, column : column + 3] = 0
    Image.fromarray(ink).save(path)
    return path


def draw_alphabet(folder: Path, characters: int, pictures: int) -> None:
    for character in range(characters):
        for picture in range(pictures):
            draw(folder / f"c{character:02d}" / f"{picture}.png", 7 * character + picture)


def load(root: Path, **more: bool) -> Collection:
    return load_folder(f"folder:{root}", **more)
