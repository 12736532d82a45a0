"""What counts as pictures, and how they become a network's input.

Files and PIL images are drawings on paper: drawn, scanned or photographed. As `classify` does, the
drawing is found, centred, scaled and drawn again with Omniglot's pen. Tensors and arrays are taken
for a network's input as they are.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageOps
from torch import Tensor

from data.errors import InputError
from data.sources.picture_files import NoPicture, not_read
from data.sources.scans import Drawing, pictures_of, read_drawings
from hpo.classify.support import pictures_in, printable
from siamese_hpo.places import place, told_apart

Picture = str | os.PathLike[str] | Image.Image
"""A file, or an image in memory."""
Pictures = Tensor | NDArray[Any] | Picture | Sequence[Picture] | Mapping[str, Picture]
"""Some pictures: a tensor or an array (float, 1 is ink, or uint8, 255 is ink; [n, size, size] or
[n, 1, size, size]), one picture, a folder of files, a list, or a mapping from names to pictures."""
FILE = (str, os.PathLike)
"""Types of what may name a file."""
Of = TypeVar("Of")
ROUNDING = 0.5 / 255
"""How far beyond paper and ink a float may be: resizing rounds, and a byte of it is the same."""


@dataclass(frozen=True)
class Source:
    """Where a network's input comes from.

    Attributes:
        name: name of the picture: a mapping's key, a file's name, with as many of its folders as
            tell it from the others, or its number, from 0 on.
        number: which of the picture's drawings, from 1 on.
        count: number of drawings that the picture has.
        notes: what was left out of the picture, in a few words each.
    """

    name: str
    number: int = 1
    count: int = 1
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Prepared:
    """Drawings as a network takes them.

    Attributes:
        sources: source of each drawing.
        pictures: float32 [n, 1, size, size], 0 is paper, 1 is ink.
    """

    sources: list[Source]
    pictures: Tensor

    @property
    def names(self) -> list[str]:
        """The pictures' names."""
        return [source.name for source in self.sources]

    @property
    def bytes(self) -> Tensor:
        """The pictures as data sets have them: uint8 [n, size, size], 255 is ink."""
        return (self.pictures[:, 0] * 255).round().to(torch.uint8)


def prepared(given: Pictures, size: int, several: bool = False) -> Prepared:
    """Makes pictures a network's input.

    Args:
        given: the pictures.
        size: height and width that the network takes.
        several: whether a picture may have more drawings than one.

    Raises:
        InputError: there are none, one cannot be read, holds no drawing or too many, two have one
            name in a mapping, or a tensor has another shape, another type, or values that are none
            from 0 to 1.
    """
    if isinstance(given, np.ndarray):
        given = _tensor(given)
    if isinstance(given, Tensor):
        pictures = _checked(given, size)
        return Prepared([Source(str(number)) for number in range(len(pictures))], pictures)
    named = _named(given)
    if not named:
        where = f"{place(given, 'pictures')}: " if isinstance(given, FILE) else ""
        raise InputError(f"{where}no pictures")
    sources, inks = [], []
    for name, picture in named:
        drawings = _drawings(picture, name, several)
        for number, drawing in enumerate(drawings, start=1):
            sources.append(Source(name, number, len(drawings), drawing.notes))
            inks.append(drawing.ink)
    return Prepared(sources, pictures_of(inks, size).unsqueeze(1).float() / 255)


def _tensor(array: NDArray[Any]) -> Tensor:
    """A tensor of an array in whatever layout: read-only, reversed, of another byte order."""
    if np.ma.is_masked(array):  # a tensor has no mask: what it covers would be ink
        raise InputError(
            "pictures with masked values: fill them first, as .filled(0) does with paper"
        )
    if array.dtype.kind == "f":
        with np.errstate(over="ignore"):  # what is infinite then is refused
            array = array.astype(np.float32)
    try:
        return torch.from_numpy(np.array(array, order="C"))
    except (TypeError, ValueError):  # objects, texts
        raise InputError(f"pictures of type {array.dtype}: should be float or uint8") from None


def _checked(given: Tensor, size: int) -> Tensor:
    if given.layout is not torch.strided or given.is_nested or given.is_meta:
        raise InputError(
            f"pictures of layout {given.layout} on {given.device}: should be a dense tensor of"
            " values, on a processor or GPU"
        )
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
    floats = pictures.float()
    low, high = (float(end) for end in floats.aminmax())
    if not (low >= -ROUNDING and high <= 1 + ROUNDING):  # as nan is not, either
        raise InputError(
            f"pictures of values from {low:g} to {high:g}: should be from 0, paper, to 1, ink"
        )
    return floats.clamp(0, 1)


def _named(given: Picture | Sequence[Picture] | Mapping[str, Picture]) -> list[tuple[str, Picture]]:
    """Each picture with its name.

    Raises:
        InputError: one is no picture, or there are none to go through.
    """
    if isinstance(given, Mapping):
        named = list(by_name(given).items())
    else:
        listed = list(_listed(given))
        files = [place(picture, "pictures") for picture in listed if isinstance(picture, FILE)]
        numbers = [str(n) for n, picture in enumerate(listed) if not isinstance(picture, FILE)]
        names = iter(told_apart(files, numbers))
        named = [
            (printable(next(names)) if isinstance(picture, FILE) else str(number), picture)
            for number, picture in enumerate(listed)
        ]
    for name, picture in named:
        if not isinstance(picture, (*FILE, Image.Image)):
            raise InputError(
                f"picture {name} is of type {type(picture).__name__}: should be a file or a PIL"
                " image; tensors and arrays are given as one"
            )
    return named


def by_name(given: Mapping[Any, Of]) -> dict[str, Of]:
    """What a mapping gives, by the texts of its keys, which may be names of files.

    Raises:
        InputError: two keys have one text, or one has none.
    """
    found: dict[str, Of] = {}
    for key, of in given.items():
        try:
            name = printable(str(key))
        except UnicodeEncodeError:  # half of a surrogate pair, which no file's name holds either
            raise InputError(f"{str(key)!r}: a key of the mapping that no text can hold") from None
        if name in found:
            raise InputError(f"{name}: two keys of the mapping are written so")
        found[name] = of
    return found


def _listed(given: Picture | Sequence[Picture]) -> Iterable[Picture]:
    """One picture alone, those of a folder, or those that are given."""
    if isinstance(given, FILE):
        folder = place(given, "pictures")
        if not os.path.isdir(folder):
            return [given]
        return pictures_in(folder, "pictures")
    if isinstance(given, Image.Image):
        return [given]
    if isinstance(given, bytes) or not isinstance(given, Iterable):
        raise InputError(
            f"pictures of type {type(given).__name__}: should be a folder, files, PIL images, a"
            " mapping, a tensor or an array"
        )
    return given


def _drawings(picture: Picture, name: str, several: bool) -> list[Drawing]:
    where = f"picture {name}" if isinstance(picture, Image.Image) else os.fspath(picture)
    try:
        if isinstance(picture, Image.Image):
            drawings = _of_image(picture)
        else:
            drawings = _of_file(place(picture, "pictures"))
    except NoPicture as reason:
        raise InputError(f"{where}: {reason}") from None
    if len(drawings) > 1 and not several:
        raise InputError(f"{where}: {len(drawings)} drawings on it, where one is wanted")
    return drawings


def _of_file(path: Path) -> list[Drawing]:
    if not os.path.exists(path):
        raise NoPicture("no such file or folder")
    return read_drawings(path)


def _of_image(image: Image.Image) -> list[Drawing]:
    with tempfile.TemporaryDirectory() as folder:
        # What is in memory becomes a file, and is read as all files are.
        path = Path(folder) / "picture.tiff"
        try:
            _upright(image).save(path)
        except NoPicture:
            raise
        except Exception as error:  # it is decoded only here, and its file may be damaged
            raise not_read(error) from None
        return read_drawings(path)


def _upright(image: Image.Image) -> Image.Image:
    """A picture as TIFF can have it.

    That has colours of every depth, but transparency only as a band of its own, and some modes not
    at all.
    """
    upright = ImageOps.exif_transpose(image)
    if not all(upright.size):
        raise NoPicture("empty")
    if image.has_transparency_data:
        upright = upright.convert("LA" if upright.mode == "La" else "RGBA")
    elif upright.mode == "HSV":
        upright = upright.convert("RGB")
    # Notes of the file that it was, such as a compression, which other colours cannot have.
    upright.info.clear()
    return upright
