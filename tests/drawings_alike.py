"""Drawings in picture files, and how much they are alike."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.ndimage import binary_dilation

from data.sources.pen import Mask
from data.sources.scans import read_drawing


def drawing_in(content: bytes, tmp_path: Path) -> Mask:
    (tmp_path / "picture").write_bytes(content)
    return read_drawing(tmp_path / "picture").ink


def likeness(one: Mask, other: Mask) -> float:
    """How much of either drawing lies within a pixel and a half of the other."""
    wide = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], bool)
    near = [(a & binary_dilation(b, wide)).sum() / a.sum() for a, b in ((one, other), (other, one))]
    return float(min(near))


def file(image: Image.Image, form: str = "PNG", **options: object) -> bytes:
    content = io.BytesIO()
    image.save(content, form, **options)
    return content.getvalue()
