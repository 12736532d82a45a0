"""Picture files, read as brightness.

They may come from anyone: a small file can stand for gigabytes of pixels, and some formats are
programs. So only common formats are read, and no more pixels than a bound.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError
from PIL.ExifTags import Base

from data.errors import InputError

Floats = NDArray[np.float32]

CONTACT_SHEET = "contact sheet"
"""Title, among a PNG file's texts, of the pictures of pictures that this project itself makes."""
LONGEST = 240
"""Pixels of the longer side after reading: enough for a drawing on a quarter of a photograph."""
FORMATS = ("AVIF", "BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP")
"""Formats that are read, by Pillow's names. Of the others some start programs: EPS is one."""
PIXELS = 64_000_000
"""Most pixels decoded of a picture: those of a page (A4) at 800 dots per inch.

A photograph in JPEG may have more, for it is made smaller while it is decoded.
"""
BYTES = 8 * PIXELS
"""Most bytes of a file: those of the largest picture at 16 bits a channel, not compressed."""
GAP = 3.0
"""Least pixels for each last one, to which a picture is averaged over squares at first."""
BAND = 2_000_000
"""Pixels that are made brightness at once, which takes many bytes a pixel."""


class NoPicture(InputError):  # noqa: N818 - a state of a file, named as the others are
    """No picture in a file, or no drawing on a picture; the message says why in a few words."""


def read_brightness(path: Path) -> Floats:
    """Reads a picture's brightness: float32 [height, width], 0 to 1, the longer side 240 pixels.

    The picture is turned upright as its EXIF data say. Transparent parts count as paper. If a file
    holds several pictures, the first is read. That takes at most about a gigabyte of memory.

    Raises:
        NoPicture: the file is no picture in one of `FORMATS`, damaged, larger than `PIXELS`, or a
            contact sheet of earlier answers.
    """
    if path.is_dir():
        raise NoPicture("a folder")
    try:
        if not (size := path.stat().st_size):  # devices and pipes have none
            raise NoPicture("empty")
        if size > BYTES:
            raise NoPicture(f"too large: {_millions(size)} bytes, at most {_millions(BYTES)}")
        # Warnings are of very large pictures, and of odd metadata.
        quiet = warnings.catch_warnings(action="ignore")
        with quiet, Image.open(path, formats=FORMATS) as image:
            if image.info.get("Title") == CONTACT_SHEET:  # its folder may be a folder of queries
                raise NoPicture("a contact sheet")
            whole = image.width * image.height
            image.draft("RGB", (2 * LONGEST, 2 * LONGEST))
            # A progressive JPEG is held in memory whole before it is made smaller.
            _check(whole if image.info.get("progressive") else image.width * image.height)
            image.load()
            return _upright(_resized(_grey(image), image), image).clip(0, 1)
    except NoPicture:
        raise
    except UnidentifiedImageError:
        raise NoPicture("no picture") from None
    # What Pillow raises on damaged bytes is documented for no format: SyntaxError, zlib.error,
    # struct.error, EOFError ...
    except Exception as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise NoPicture(f"cannot be read: {' '.join(reason.split())}") from None


def _check(pixels: int) -> None:
    if pixels > PIXELS:
        raise NoPicture(f"too large: {_millions(pixels)} pixels, at most {_millions(PIXELS)}")


def _millions(count: int) -> str:
    return f"{count / 1e6:.0f} million"


def _grey(image: Image.Image) -> Image.Image:
    """Converts to brightness: mode F, 0 to 1, at least three pixels for each that will be left."""
    if image.mode.startswith(("I", "F")):  # 16 bits and more, of unknown range
        (values,) = _reduced(image, lambda band: [np.nan_to_num(np.asarray(band, np.float32))])
        low, high = float(values.min()), float(values.max())
        return Image.fromarray((values - low) / max(high - low, 1e-6))
    if not image.has_transparency_data:
        (grey,) = _reduced(image, lambda band: [_unit(band.convert("RGB").convert("L"))])
        return Image.fromarray(grey)
    covered, opacity = _reduced(image, _covered_and_opacity)
    seen = opacity > 0.5
    if not seen.any():
        raise NoPicture("wholly transparent")
    level = float(np.median(covered[seen] / opacity[seen]))
    if seen.sum() < seen.size / 2:  # the drawing alone is opaque: paper is what it stands out from
        level = float(level < 0.5)
    return Image.fromarray(covered + level * (1 - opacity))


def _covered_and_opacity(band: Image.Image) -> list[Floats]:
    # From the palette or the colours alone: what lies under transparent pixels is arbitrary.
    layers = _unit(band.convert("RGBA").convert("LA"))
    return [layers[..., 0] * layers[..., 1], layers[..., 1]]


def _unit(image: Image.Image) -> Floats:
    layers: Floats = np.asarray(image, np.float32) / np.float32(255)
    return layers


def _reduced(image: Image.Image, convert: Callable[[Image.Image], list[Floats]]) -> list[Floats]:
    """Converts a picture band by band, and averages over squares while that leaves enough."""
    factor = _factor(image)
    height = max(1, BAND // image.width // factor) * factor
    bands = []
    for top in range(0, image.height, height):
        band = image.crop((0, top, image.width, min(top + height, image.height)))
        bands.append([Image.fromarray(layer).reduce(factor) for layer in convert(band)])
    return [np.concatenate(layers) for layers in zip(*bands, strict=True)]


def _factor(image: Image.Image) -> int:
    return max(1, int(max(image.size) / LONGEST / GAP))


def _resized(grey: Image.Image, image: Image.Image) -> Image.Image:
    """Makes the longer side 240 pixels, of brightness that may have been averaged over squares."""
    scale, factor = LONGEST / max(image.size), _factor(image)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    box = (0, 0, image.width / factor, image.height / factor)  # the last squares may be parts
    return grey.resize(size, Image.Resampling.BICUBIC, box)


def _upright(grey: Image.Image, image: Image.Image) -> Floats:
    """Turns a picture's brightness as the picture's EXIF data say."""
    grey.getexif()[Base.Orientation] = image.getexif().get(Base.Orientation, 1)
    return np.asarray(ImageOps.exif_transpose(grey), np.float32)
