"""Picture files of any format, read as brightness."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from data.errors import InputError

Floats = NDArray[np.float32]

LONGEST = 240
"""Pixels of the longer side after reading: enough for a drawing on a quarter of a photograph."""


class NoPicture(InputError):  # noqa: N818 - a state of a file, named as the others are
    """No picture in a file, or no drawing on a picture; the message says why in a few words."""


def read_brightness(path: Path) -> Floats:
    """Reads a picture's brightness: float32 [height, width], 0 to 1, the longer side 240 pixels.

    The picture is turned upright as its EXIF data say. Transparent parts count as paper. If a file
    holds several pictures, the first is read.

    Raises:
        NoPicture: the file is no picture, or damaged.
    """
    if path.is_dir():
        raise NoPicture("a folder")
    try:
        if not path.stat().st_size:
            raise NoPicture("empty")
        with warnings.catch_warnings(), Image.open(path) as image:
            warnings.simplefilter("ignore")  # of very large pictures, and of odd metadata
            image.draft("RGB", (2 * LONGEST, 2 * LONGEST))
            image.load()
            return _resized(_grey(ImageOps.exif_transpose(image)))
    except NoPicture:
        raise
    except UnidentifiedImageError:
        raise NoPicture("no picture") from None
    # What Pillow raises on damaged bytes is documented for no format: SyntaxError, zlib.error,
    # struct.error, EOFError ...
    except Exception as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise NoPicture(f"cannot be read: {' '.join(reason.split())}") from None


def _grey(image: Image.Image) -> Image.Image:
    """Converts to brightness: mode F, 0 to 1."""
    if image.mode.startswith(("I", "F")):  # 16 bits and more, of unknown range
        values = np.nan_to_num(np.asarray(image, dtype=np.float32))
        low, high = float(values.min()), float(values.max())
        return Image.fromarray((values - low) / max(high - low, 1e-6))
    if not image.has_transparency_data:
        return Image.fromarray(np.asarray(image.convert("RGB").convert("L"), np.float32) / 255)
    # From the palette or the colours alone: what lies under transparent pixels is arbitrary.
    layers = np.asarray(image.convert("RGBA").convert("LA"), np.float32) / 255
    grey, opacity = layers[..., 0], layers[..., 1]
    seen = grey[opacity > 0.5]
    if not len(seen):
        raise NoPicture("wholly transparent")
    level = float(np.median(seen))
    if len(seen) < grey.size / 2:  # the drawing alone is opaque: paper is what it stands out from
        level = float(level < 0.5)
    return Image.fromarray(grey * opacity + level * (1 - opacity))


def _resized(image: Image.Image) -> Floats:
    scale = LONGEST / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    pixels: Floats = np.asarray(image.resize(size, Image.Resampling.BICUBIC, reducing_gap=3.0))
    return np.clip(pixels, 0, 1)
