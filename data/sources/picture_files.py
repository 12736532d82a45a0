"""Picture files, read as colours.

They may come from anyone: a small file can stand for gigabytes of pixels, and some formats are
programs. So only common formats are read, and no more pixels than a bound.
"""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError
from PIL.ExifTags import Base

from data.errors import InputError

Floats = NDArray[np.float32]

CONTACT_SHEET = "contact sheet"
"""Title, among a PNG file's texts, of the pictures of pictures that this project itself makes."""
FINEST = 960
"""Most pixels of the longer side after reading: enough for thirty drawings on a page."""
FORMATS = ("AVIF", "BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP")
"""Formats that are read, by Pillow's names. Of the others some start programs: EPS is one."""
SEVERAL = ("AVIF", "GIF", "PNG", "TIFF", "WEBP")
"""Formats whose files may hold several pictures that are meant to be seen, by Pillow's names."""
PIXELS = 64_000_000
"""Most pixels decoded of a picture: those of a page (A4) at 800 dots per inch.

A photograph in JPEG may have more, for it is made smaller while it is decoded.
"""
BYTES = 8 * PIXELS
"""Most bytes of a file: those of the largest picture at 16 bits a channel, not compressed."""
GAP = 2.0
"""Least pixels for each last one, to which a picture is averaged over squares at first."""
BAND = 1_000_000
"""Pixels that are made floats at once, which takes many bytes a pixel."""
LUMA = (0.299, 0.587, 0.114)
"""Parts of red, green and blue in brightness (ITU-R BT.601)."""
HEIC = (".heic", ".heif", ".hif")
"""Endings of the files that need a package of their own."""
HEIF = (b"ftypheic", b"ftypheix", b"ftyphevc", b"ftypmif1", b"ftypmsf1", b"ftypheim", b"ftypheis")
"""Bytes 4 to 12 of HEIC files, as telephones make them."""


class NoPicture(InputError):  # noqa: N818 - a state of a file, named as the others are
    """No picture in a file, or no drawing on a picture; the message says why in a few words."""


def read_picture(path: Path) -> Floats:
    """Reads a picture's colours: float32 [height, width, 3], 0 to 1.

    The longer side gets 960 pixels at most. The picture is turned upright as its EXIF
    data say. Transparent parts count as paper. If a file holds several pictures, the first is read.
    That takes at most about a gigabyte of memory.

    Raises:
        NoPicture: the file is no picture in one of `FORMATS`, damaged, larger than `PIXELS`, or a
            contact sheet of earlier answers.
    """
    if os.path.isdir(path):
        raise NoPicture("a folder")
    try:
        if not (size := path.stat().st_size):  # devices and pipes have none
            raise NoPicture("empty")
        if size > BYTES:
            raise NoPicture(f"too large: {_millions(size)} bytes, at most {_millions(BYTES)}")
        formats = _formats()
        # Warnings are of very large pictures, and of odd metadata.
        quiet = warnings.catch_warnings(action="ignore")
        with quiet, Image.open(path, formats=formats) as image:
            if image.info.get("Title") == CONTACT_SHEET:  # its folder may be a folder of queries
                raise NoPicture("a contact sheet")
            whole = image.width * image.height
            image.draft("RGB", (FINEST, FINEST))
            # A progressive JPEG is held in memory whole before it is made smaller.
            _check(whole if image.info.get("progressive") else image.width * image.height)
            image.load()
            layers = [_upright(_resized(layer, image), image) for layer in _layers(image)]
            return np.stack([layers[n % len(layers)] for n in range(3)], axis=-1).clip(0, 1)
    except NoPicture:
        raise
    except UnidentifiedImageError:
        raise NoPicture(_not_read(path)) from None
    # What Pillow raises on damaged bytes is documented for no format: SyntaxError, zlib.error,
    # struct.error, EOFError ...
    except Exception as error:
        raise not_read(error) from None


def not_read(error: Exception) -> NoPicture:
    """What is said of a picture on which Pillow raised this."""
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    if re.match("(image file is |broken data stream|.*[Tt]runcated)", reason):
        reason = "it is cut off, or damaged"
    return NoPicture(f"cannot be read: {' '.join(reason.split())}")


def is_picture(path: Path) -> bool:
    """Whether a file is a picture by its ending; HEIC is, also where its package is missing."""
    ending = path.suffix.lower()
    return ending in HEIC or Image.registered_extensions().get(ending) in FORMATS


def holds_several(path: Path) -> bool:
    """Whether a file holds more pictures than the one that is read: pages, or an animation."""
    # Damage after the first picture is none of what is read; see `read_picture`.
    with suppress(Exception), ExitStack() as stack, warnings.catch_warnings(action="ignore"):
        image = stack.enter_context(Image.open(path, formats=SEVERAL))
        return bool(getattr(image, "is_animated", False))
    return False


def is_contact_sheet(path: Path) -> bool:
    """Whether a file is one of the pictures of pictures that this project itself makes."""
    with suppress(Exception), ExitStack() as stack, warnings.catch_warnings(action="ignore"):
        if os.path.isfile(path):  # a pipe would be waited for
            image = stack.enter_context(Image.open(path, formats=["PNG"]))
            return image.info.get("Title") == CONTACT_SHEET
    return False


def _formats() -> tuple[str, ...]:
    """The formats that are read here: HEIF too, where its package is."""
    try:
        from pillow_heif import register_heif_opener
    except ImportError:
        return FORMATS
    register_heif_opener()
    return (*FORMATS, "HEIF")


def _not_read(path: Path) -> str:
    """What a file is that holds no picture which is read, as far as its first bytes tell."""
    with path.open("rb") as file:
        start = file.read(1024)
    if start[4:12] in HEIF:
        return "HEIC, which needs pip install '.[heic]', or a JPEG of it"
    if start.startswith(b"%PDF"):
        return "a PDF, which is not read: save the page as PNG"
    if b"<svg" in start.lower():
        return "an SVG, which is not read: save it as PNG"
    return "no picture"


def _check(pixels: int) -> None:
    if pixels > PIXELS:
        raise NoPicture(f"too large: {_millions(pixels)} pixels, at most {_millions(PIXELS)}")


def _millions(count: int) -> str:
    return f"{count / 1e6:.0f} million"


def _layers(image: Image.Image) -> list[Image.Image]:
    """Red, green and blue, or grey alone: mode F, 0 to 1, and not much smaller than needed."""
    if image.mode.startswith(("I", "F")):  # 16 bits and more, of unknown range
        (values,) = _reduced(image, lambda band: [np.nan_to_num(np.asarray(band, np.float32))])
        low, high = float(values.min()), float(values.max())
        # In float64: the range may be wider than the largest float32.
        unit = (values.astype(np.float64) - low) / max(high - low, 1e-6)
        return [Image.fromarray(unit.astype(np.float32))]
    if not image.has_transparency_data:
        coloured = image.mode not in ("1", "L")
        bands = _reduced(image, lambda band: _unit(band.convert("RGB" if coloured else "L")))
        return [Image.fromarray(layer) for layer in bands]
    *covered, opacity = _reduced(image, _covered_and_opacity)
    seen = opacity > 0.5
    if not seen.any():
        raise NoPicture("wholly transparent")
    grey = sum(weight * layer for weight, layer in zip(LUMA, covered, strict=True))
    level = float(np.median(np.asarray(grey)[seen] / opacity[seen]))
    if seen.sum() < seen.size / 2:  # the drawing alone is opaque: paper is what it stands out from
        level = float(level < 0.5)
    return [Image.fromarray(layer + level * (1 - opacity)) for layer in covered]


def _covered_and_opacity(band: Image.Image) -> list[Floats]:
    # From the palette or the colours alone: what lies under transparent pixels is arbitrary.
    *layers, opacity = _unit(band.convert("RGBA"))
    return [*(layer * opacity for layer in layers), opacity]


def _unit(image: Image.Image) -> list[Floats]:
    return [np.asarray(band, np.float32) / np.float32(255) for band in image.split()]


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
    return max(1, int(max(image.size) / _longest(image) / GAP))


def _longest(image: Image.Image) -> int:
    return min(max(image.size), FINEST)


def _resized(layer: Image.Image, image: Image.Image) -> Image.Image:
    """Resizes a layer that may have been averaged over squares."""
    scale, factor = _longest(image) / max(image.size), _factor(image)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    box = (0, 0, image.width / factor, image.height / factor)  # the last squares may be parts
    return layer.resize(size, Image.Resampling.BICUBIC, box)


def _upright(grey: Image.Image, image: Image.Image) -> Floats:
    """Turns a picture's layer as the picture's EXIF data say."""
    grey.getexif()[Base.Orientation] = image.getexif().get(Base.Orientation, 1)
    return np.asarray(ImageOps.exif_transpose(grey), np.float32)
