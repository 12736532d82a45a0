"""What counts as pictures, and how they become a network's input.

Files and PIL images are drawings on paper: drawn, scanned or photographed. As `classify` does, the
drawing is found, centred, scaled and drawn again with Omniglot's pen. Tensors and arrays are taken
for a network's input as they are.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageOps
from torch import Tensor

from data.errors import InputError
from data.sources.pen import Mask
from data.sources.picture_files import NoPicture, read_brightness
from data.sources.scans import pictures_of, to_drawing

Picture = str | Path | Image.Image
"""A file, or an image in memory."""
Pictures = Tensor | NDArray[Any] | Picture | Sequence[Picture] | Mapping[str, Picture]
"""Some pictures: a tensor or an array (float, 1 is ink, or uint8, 255 is ink; [n, size, size] or
[n, 1, size, size]), one picture, a folder of files, a list, or a mapping from names to pictures."""


@dataclass(frozen=True)
class Named:
    """Pictures as a network takes them.

    Attributes:
        names: of each: a mapping's key, a file's name, or its number, from 0 on.
        pictures: float32 [n, 1, size, size], 0 is paper, 1 is ink.
    """

    names: list[str]
    pictures: Tensor


def prepared(given: Pictures, size: int) -> Named:
    """Makes pictures a network's input.

    Args:
        given: the pictures.
        size: height and width that the network takes.

    Raises:
        InputError: there are none, one cannot be read or holds no drawing, or a tensor has another
            shape.
    """
    if isinstance(given, np.ndarray):
        given = torch.from_numpy(given)
    if isinstance(given, Tensor):
        pictures = _checked(given, size)
        return Named([str(number) for number in range(len(pictures))], pictures)
    named = _named(given)
    if not named:
        where = f"{given}: " if isinstance(given, str | Path) else ""
        raise InputError(f"{where}no pictures")
    drawings = [_drawing(picture, name) for name, picture in named]
    pictures = pictures_of(drawings, size).unsqueeze(1).float() / 255
    return Named([name for name, _ in named], pictures)


def _checked(given: Tensor, size: int) -> Tensor:
    pictures = given.unsqueeze(1) if given.ndim == 3 else given
    if pictures.ndim != 4 or pictures.shape[1:] != (1, size, size) or not len(pictures):
        raise InputError(
            f"pictures of shape {list(given.shape)}: should be [n, {size}, {size}] or"
            f" [n, 1, {size}, {size}]"
        )
    if given.dtype == torch.uint8:
        return pictures.float() / 255
    if not given.is_floating_point():
        raise InputError(f"pictures of type {given.dtype}: should be float or uint8")
    return pictures.float()


def _named(given: Picture | Sequence[Picture] | Mapping[str, Picture]) -> list[tuple[str, Picture]]:
    if isinstance(given, Mapping):
        return [(str(name), picture) for name, picture in given.items()]
    if isinstance(given, str | Path) and Path(given).is_dir():
        given = sorted(path for path in Path(given).iterdir() if not path.name.startswith("."))
    if isinstance(given, str | Path | Image.Image):
        given = [given]
    return [
        (str(number) if isinstance(picture, Image.Image) else Path(picture).name, picture)
        for number, picture in enumerate(given)
    ]


def _drawing(picture: Picture, name: str) -> Mask:
    try:
        if not isinstance(picture, Image.Image):
            path = Path(picture)
            if not path.exists():
                raise InputError(f"{picture}: no such file or folder")
            return to_drawing(read_brightness(path))
        # What is in memory becomes a file, and is read as all files are.
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "picture.tiff"
            upright = ImageOps.exif_transpose(picture)
            (upright.convert("RGB") if upright.mode == "HSV" else upright).save(path)
            return to_drawing(read_brightness(path))
    except NoPicture as reason:
        where = f"picture {name}" if isinstance(picture, Image.Image) else str(picture)
        raise InputError(f"{where}: {reason}") from None
