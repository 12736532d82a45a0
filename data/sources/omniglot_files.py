"""Omniglot's two sets of PNGs, in zips or folders: found, decoded, verified.

Two tables come with the project, so that a wrong picture can be named. Both are in the order of
the sorted names of the 32 460 PNGs, background set first:

- omniglot_alphabets.json: how many characters each alphabet has, and the number in the file names
  of its first; an alphabet's characters are numbered on from there, and each has twenty drawers.
- omniglot_crc32.npy, uint32 [1623, 20]: `zlib.crc32(numpy.packbits(ink))` of every picture, where
  `ink` is the 105x105 boolean picture, True where a pixel is 0.
"""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from contextlib import suppress
from functools import cache
from importlib.resources import files
from io import BytesIO
from pathlib import Path, PurePath, PurePosixPath
from typing import IO, NamedTuple
from zipfile import ZipFile

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

import data
from data.collection import DRAWERS, PACKED_BYTES, SIDE
from data.errors import InputError

BACKGROUND, EVALUATION = "images_background", "images_evaluation"
FINGERPRINTS = {
    BACKGROUND: "4292eadfe465ca17bdb21d62b7e26b949775418be9f8e3ba753b52cd6149ce94",
    EVALUATION: "2eabde80012ba9fcbb006d71d7d0ed1ec59fd7a79e34a3dcc439354399872139",
}
"""SHA-256 of each set, as `fingerprint` computes it."""
LARGEST = 1 << 16
"""Most bytes that are read of a picture's file; Omniglot's have some hundred."""


class Alphabet(NamedTuple):
    """One alphabet of Omniglot.

    Attributes:
        name: such as "Greek".
        characters: how many characters it has.
        first: the number in the names of its first character's files.
    """

    name: str
    characters: int
    first: int


@cache
def alphabets(set_name: str) -> tuple[Alphabet, ...]:
    """Alphabets of one of the two sets, in the order of their names."""
    table = json.loads(files(data).joinpath("omniglot_alphabets.json").read_text())
    return tuple(Alphabet(**row) for row in table[set_name])


def picture_names(set_name: str) -> list[str]:
    """Paths of a set's PNGs in its zip, sorted: characters in order, twenty drawers each."""
    return [
        f"{set_name}/{name}/character{number + 1:02d}/{first + number:04d}_{drawer:02d}.png"
        for name, characters, first in alphabets(set_name)
        for number in range(characters)
        for drawer in range(1, DRAWERS + 1)
    ]


def find_sets(root: Path, called: str) -> dict[str, Path]:
    """Finds the two sets in a folder: by set, the path of its zip or of its extracted folder.

    Args:
        root: the folder.
        called: the folder's name in the error's message.

    Raises:
        InputError: the folder lacks a set.
    """
    inner = [root / "", root / "omniglot-py", root / "python", root / "omniglot-py" / "python"]
    found = {}
    for set_name in FINGERPRINTS:
        candidates = [folder / leaf for folder in inner for leaf in (f"{set_name}.zip", set_name)]
        there = [path for path in candidates if path.exists()]
        if not there:
            raise InputError(
                f"{called}: no Omniglot in this folder: there is neither {set_name}.zip nor a"
                f" folder {set_name}, also not within omniglot-py or python"
            )
        found[set_name] = there[0]
    return found


def origin_of(sets: dict[str, Path]) -> str:
    """A text that changes when files do: paths, sizes and times, without what the files hold."""
    return json.dumps([_origin(path.resolve()) for path in sets.values()])


def _origin(path: Path) -> list[str | int]:
    if path.is_file():
        stat = path.stat()
        return [str(path), stat.st_size, stat.st_mtime_ns]
    digest = hashlib.sha256()
    for folder, inner, names in os.walk(path):
        inner.sort()
        for name in sorted(names):
            with suppress(OSError):  # a link to nothing, such as an editor's lock
                stat = os.stat(file := os.path.join(folder, name))
                digest.update(os.fsencode(file) + b"\0%d\0%d\0" % (stat.st_size, stat.st_mtime_ns))
    return [str(path), digest.hexdigest()]


def read_sets(sets: dict[str, Path]) -> NDArray[np.uint8]:
    """Reads and verifies every picture of both sets: bits, uint8 [1623, 20, 1379], sorted by name.

    Raises:
        InputError: something is damaged, missing, altered or not Omniglot's; the message names it.
    """
    with files(data).joinpath("omniglot_crc32.npy").open("rb") as file:
        table: NDArray[np.uint32] = np.load(file)
    parts, start = [], 0
    for set_name, path in sets.items():
        count = sum(alphabet.characters for alphabet in alphabets(set_name))
        parts.append(_read_set(path, set_name, table[start : start + count].ravel()))
        start += count
    return np.concatenate(parts).reshape(start, DRAWERS, PACKED_BYTES)


def _read_set(path: Path, set_name: str, checksums: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """Reads and verifies a set's pictures: bits, uint8 [characters * 20, 1379]."""
    names = picture_names(set_name)
    read = _zip_pngs if path.is_file() else _folder_pngs
    pngs, others = read(path, set_name, frozenset(names))
    if missing := [name for name in names if name not in pngs]:
        if others:  # perhaps the missing ones, misnamed; beside all of them they do no harm
            raise InputError(
                f"{path}: {_first(sorted(others))} is no picture of Omniglot's;"
                f" the names are {set_name}/ALPHABET/characterNN/NNNN_DD.png"
            )
        raise InputError(f"{path}: {_first(missing)} is missing")
    packed = np.stack([decode(pngs[name], f"{path}: {name}") for name in names])
    found = np.array([zlib.crc32(picture) for picture in packed], dtype=np.uint32)
    if altered := [names[row] for row in np.flatnonzero(found != checksums)]:
        raise InputError(f"{path}: {_first(altered)} is altered: not Omniglot's picture")
    if fingerprint(names, packed) != FINGERPRINTS[set_name]:
        raise InputError(
            f"{path}: the pictures are not Omniglot's:"
            f" their SHA-256 is not {FINGERPRINTS[set_name]}"
        )
    return packed


def fingerprint(names: list[str], packed: NDArray[np.uint8]) -> str:
    """SHA-256 (hex) over pictures: for each its name, a zero byte and its bits.

    `packed` is uint8 [pictures, 1379].
    """
    digest = hashlib.sha256()
    for name, picture in zip(names, packed, strict=True):
        digest.update(name.encode() + b"\0" + picture.tobytes())
    return digest.hexdigest()


def decode(png: bytes, called: str) -> NDArray[np.uint8]:
    """Decodes one PNG: bits, uint8 [1379], 1 is ink.

    Args:
        png: the file's content.
        called: the file's name in the error's message.

    Raises:
        InputError: it is no PNG, damaged, or not 105x105 pixels.
    """
    try:
        with Image.open(BytesIO(png), formats=["PNG"]) as picture:
            if picture.size != (SIDE, SIDE):
                raise ValueError("{}x{} pixels, not 105x105".format(*picture.size))
            return np.packbits(np.asarray(picture.convert("L")) == 0)
    except Exception as error:  # a damaged PNG makes Pillow raise one of many kinds
        reason = "no PNG" if isinstance(error, UnidentifiedImageError) else error
        raise InputError(f"{called} cannot be read: {reason}") from error


def _zip_pngs(
    path: Path, set_name: str, known: frozenset[str]
) -> tuple[dict[str, bytes], list[str]]:
    """Reads the known PNGs of a set from a zip, by their names from the set's folder on.

    Returns:
        What they hold, and the names of the set's other PNGs.
    """
    pngs, others, at = {}, [], ""
    try:
        with ZipFile(path) as archive:
            for member in archive.infolist():
                # Zips made by .NET's older versions, thus by PowerShell, have backslashes.
                name = _png_name(PurePosixPath(member.filename.replace("\\", "/")), set_name)
                if name in known:
                    at = f": {member.filename}"
                    with archive.open(member) as file:
                        pngs[name] = _content(file)
                elif name:
                    others.append(name)
    except Exception as error:  # damage makes zipfile and the decompressors raise many kinds
        raise InputError(f"{path}{at}: damaged or truncated zip: {error}") from error
    return pngs, others


def _folder_pngs(
    path: Path, set_name: str, known: frozenset[str]
) -> tuple[dict[str, bytes], list[str]]:
    """Reads the known PNGs of a set from an extracted folder; see `_zip_pngs`."""
    pngs, others = {}, []
    for file in path.rglob("*.png"):
        name = _png_name(file.relative_to(path.parent), set_name)
        if name in known:
            try:
                if not file.is_file():  # a pipe would be waited for
                    raise ValueError("no file is there")
                with file.open("rb") as content:
                    pngs[name] = _content(content)
            except (OSError, ValueError) as error:
                reason = getattr(error, "strerror", None) or error
                raise InputError(f"{file} cannot be read: {reason}") from error
        elif name:
            others.append(name)
    return pngs, others


def _content(file: IO[bytes]) -> bytes:
    """What a picture's file holds; a small zip can hold very large ones."""
    content = file.read(LARGEST)
    if file.read(1):
        raise ValueError(f"larger than any picture of Omniglot's, {LARGEST} bytes")
    return content


def _png_name(path: PurePath, set_name: str) -> str | None:
    """A PNG's path from the set's innermost folder on; None if the file is no picture of the set.

    Windows' "Extract all" puts the set's folder into another of its name. Archives made on a Mac
    hold a hidden companion of each file, which is none.
    """
    hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
    if hidden or path.suffix != ".png" or set_name not in path.parts:
        return None
    return set_name + "/" + "/".join(path.parts).rpartition(f"{set_name}/")[2]


def _first(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} (and {len(names) - 1} more)"
