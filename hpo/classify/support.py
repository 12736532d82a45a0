"""The support: the known pictures of each class, from a folder, or kept in a file."""

from __future__ import annotations

import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from data.collection import PACKED_BYTES, SIDE
from data.errors import InputError
from data.sources.picture_files import NoPicture
from data.sources.scans import Drawing, read_drawing
from data.system_files import passed_over
from hpo.classify.answers import UNKNOWN, Skipped
from hpo.runtime.literal_text import say
from model.network.weights import read_tensors, write_tensors

NUMBERED = re.compile(r"(.+)[_-]\d+")
"""A picture's name that ends with a number: one of several pictures of a class."""


@dataclass(frozen=True)
class Support:
    """Known pictures.

    Attributes:
        classes: their names.
        drawings: bool [pictures, 105, 105].
        owners: int64 [pictures], the class of each.
    """

    classes: list[str]
    drawings: NDArray[np.bool_]
    owners: Tensor

    @property
    def shots(self) -> dict[str, int]:
        """How many pictures each class has."""
        counts = torch.bincount(self.owners, minlength=len(self.classes)).tolist()
        return dict(zip(self.classes, counts, strict=True))

    def first_of(self, number: int) -> NDArray[np.bool_]:
        """A class's first drawing."""
        first: NDArray[np.bool_] = self.drawings[int((self.owners == number).nonzero()[0])]
        return first

    def keep(self, path: Path) -> None:
        """Writes the prepared support into one file, which `read_support` takes.

        Raises:
            NoRoom: the disk takes nothing more.
            WorkFailed: the file cannot be written there.
        """
        bits = torch.from_numpy(np.packbits(self.drawings.reshape(len(self.drawings), -1), axis=-1))
        tensors = {"drawings": bits, "owners": self.owners}
        write_tensors(tensors, {"support": self.classes}, path)


def read_support(path: Path, skipped: list[Skipped]) -> Support:
    """Reads the known pictures: of a folder, or a file that `Support.keep` wrote.

    A folder holds a folder for each class, or pictures that are named after their class:
    `class.png`, or `class_1.png`, `class_2.png` and so on, if there are more classes than one.

    Args:
        path: the folder or file.
        skipped: list that gets what was left out.

    Raises:
        InputError: there is no such folder, or nothing in it can be used.
    """
    if os.path.isfile(path):  # not Path.is_file, which raises where it cannot tell
        return _kept(path)
    found: dict[str, list[Drawing]] = {}
    for name, drawing in _named(path, list(_drawn(path, skipped)), skipped):
        found.setdefault(name, []).append(drawing)
    for folder in filter(os.path.isdir, pictures_in(path, "--support")):
        if folder.name not in found:
            inside = pictures_in(folder, "--support")
            nested = bool(inside) and all(os.path.isdir(path) for path in inside)
            what = "only folders" if nested else "no picture with a drawing"
            skip(folder, f"{what} in it, so there is no class {printable(folder.name)}", skipped)
    if not found:
        raise InputError(f"--support {path}: holds no picture with a drawing on it")
    classes = list(map(printable, found))
    check_classes(f"--support {path}", classes)
    owners = [number for number, drawings in enumerate(found.values()) for _ in drawings]
    inks = [drawing.ink for drawings in found.values() for drawing in drawings]
    return Support(classes, np.stack(inks), torch.tensor(owners))


def check_classes(support: str, classes: Sequence[str]) -> None:
    """Checks the names of classes, one for each.

    Args:
        support: what they are of, as a line begins that refuses it.

    Raises:
        InputError: the names of two read the same, since an accent can be written in two ways, and
            what is not UTF-8 is written as one sign; or one means what is of no class.
    """
    read = Counter(unicodedata.normalize("NFC", name) for name in classes)
    for name, count in read.items():
        if count > 1:
            raise InputError(
                f"{support}: the names of {count} classes read {name}; every class needs a name of"
                " its own"
            )
    if UNKNOWN in classes:
        raise InputError(f"{support}: no class may be named {UNKNOWN}, which is what is of none")


def pictures_in(folder: Path, option: str) -> list[Path]:
    """A folder's files and folders, sorted by name, without what a system leaves there.

    Raises:
        InputError: it is no folder, or cannot be read.
    """
    try:
        return sorted(path for path in folder.iterdir() if not passed_over(path.name))
    except FileNotFoundError:
        raise InputError(f"{option} {folder}: no such folder") from None
    except NotADirectoryError:
        raise InputError(f"{option} {folder}: not a folder") from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"{option} {folder}: cannot be read: {reason}") from None


def skip(path: Path, reason: str, skipped: list[Skipped]) -> None:
    """Says on stderr, and notes, that a file is left out."""
    file = printable(str(path))
    say(f"skipped {file}: {reason}")
    skipped.append(Skipped(file=file, reason=reason))


def printable(name: str) -> str:
    """A file's name, which need not be UTF-8 as what is written here is."""
    return os.fsencode(name).decode(errors="replace")


def _drawn(folder: Path, skipped: list[Skipped]) -> Iterator[tuple[Path, Drawing]]:
    """Each picture with a drawing, of the folder and of those in it, with this drawing."""
    for path in pictures_in(folder, "--support"):
        for file in pictures_in(path, "--support") if os.path.isdir(path) else [path]:
            try:
                drawing = read_drawing(file)
            except NoPicture as reason:
                skip(file, str(reason), skipped)
            else:
                yield file, drawing


def _named(
    folder: Path, drawn: Sequence[tuple[Path, Drawing]], skipped: list[Skipped]
) -> Iterator[tuple[str, Drawing]]:
    """Each drawing with its class, as the system names it.

    Only pictures count: what else lies beside them names no class.
    """
    first: dict[str, Path] = {}
    for file, _ in drawn:
        if file.parent == folder:
            first.setdefault(file.stem, file)
    shared = Counter(map(_base, first.values()))
    numbered = len(shared) > 1 or any(file.parent != folder for file, _ in drawn)
    for file, drawing in drawn:
        stem, base = file.stem, _base(file)
        if file.parent != folder:
            yield file.parent.name, drawing
        elif first[stem] == file:
            yield base if numbered and shared[base] > 1 else stem, drawing
        else:
            earlier = printable(first[stem].name)
            skip(file, f"class {printable(stem)} is that of {earlier}", skipped)


def _base(path: Path) -> str:
    """A picture's name without the number at its end."""
    found = NUMBERED.fullmatch(path.stem)
    return found[1] if found else path.stem


def _kept(path: Path) -> Support:
    try:
        tensors, document = read_tensors(path)
        classes, bits, owners = document["support"], tensors["drawings"], tensors["owners"]
    except (InputError, KeyError):
        raise _no_support(path) from None
    if not isinstance(classes, list) or not all(isinstance(name, str) for name in classes):
        raise _no_support(path)
    if not classes or len(set(classes)) < len(classes):
        raise _no_support(path)
    check_classes(f"--support {path}", classes)
    if (
        (bits.dtype, owners.dtype) != (torch.uint8, torch.int64)
        or bits.shape != (len(owners.view(-1)), PACKED_BYTES)
        or owners.dim() != 1
        or set(owners.tolist()) != set(range(len(classes)))
    ):
        raise _no_support(path)
    drawings = np.unpackbits(bits.numpy(), axis=-1, count=SIDE * SIDE) > 0
    if not drawings.any(axis=1).all():
        raise _no_support(path)
    return Support(classes, drawings.reshape(-1, SIDE, SIDE), owners)


def _no_support(path: Path) -> InputError:
    return InputError(f"--support {path}: is no folder, and holds no support that classify kept")
