"""MNIST's test digits as one more alphabet: ten characters, each drawn many times."""

from __future__ import annotations

import gzip
import os
import shutil
import tempfile
import zlib
from hashlib import sha256
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import interpolate

from data.characters import Characters
from data.errors import InputError
from data.sources.cache import cache_folder
from data.sources.download import download
from data.sources.redraw import redraw
from data.sources.roots import named_root
from data.whole_files import replacing

ALPHABET = "MNIST"
DIGITS = 10
PICTURES = 10_000
SIDE = 28
BOX = 20
"""Height and width of the box into which MNIST's makers fitted each digit, in pixels."""
FILES = {
    "t10k-images-idx3-ubyte.gz": (
        16,
        PICTURES * SIDE * SIDE,
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    ),
    "t10k-labels-idx1-ubyte.gz": (
        8,
        PICTURES,
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
}
"""The test set's two files: bytes of header, bytes of content, SHA-256 of both uncompressed."""
NAME_A_FOLDER = (
    f"name a folder that holds {' and '.join(FILES)}"
    " with --data-root or the environment variable MNIST_ROOT"
)


class MnistUnavailable(InputError):  # noqa: N818 - a state of the world, not a mistake
    """No folder with MNIST is given, none is cached, and the download failed."""


def load_mnist(data_root: Path | None) -> Tensor:
    """Loads MNIST's test digits (LeCun et al. 1998): uint8 [10, 892, 28, 28], 255 is ink.

    Each digit has as many pictures as the rarest one, in a seeded random order: the file's first
    half is neater than its second.

    Files come from `data_root` if it holds the two t10k files, else from the folder in the
    environment variable MNIST_ROOT, else from the user's cache folder, else from the network.

    Raises:
        InputError: a named folder is not there, MNIST_ROOT lacks a file, or a file is not MNIST's.
        MnistUnavailable: nothing is given or cached, and the download failed.
    """
    found = _files(data_root)
    pixels, labels = (_content(found[name], name) for name in FILES)
    order = torch.randperm(PICTURES, generator=torch.Generator().manual_seed(0))
    owners = torch.from_numpy(labels)[order]
    columns = int(owners.bincount().min())
    rows = torch.stack([order[owners == digit][:columns] for digit in range(DIGITS)])
    return torch.from_numpy(pixels.reshape(-1, SIDE, SIDE))[rows]


def as_characters(digits: Tensor, size: int, *, redrawn: bool) -> Characters:
    """Makes the digits one alphabet of ten characters.

    Unlike Omniglot's, a column is no drawer: its ten pictures are by different people.

    Args:
        digits: uint8 [10, columns, 28, 28].
        size: height and width of the pictures, 7 to 105 pixels.
        redrawn: draw the digits again with the pen and the extent of Omniglot's training drawings
            (see `redraw`), which a network was trained on. If not, only the size is changed, as in
            the paper (section 4.4).

    Example:
        >>> digits = torch.randint(0, 256, (10, 4, 28, 28), dtype=torch.uint8)
        >>> characters = as_characters(digits, size=35, redrawn=False)
        >>> characters.pictures.shape, characters.alphabets
        (torch.Size([10, 4, 35, 35]), ('MNIST',))
    """
    flat = digits.flatten(0, 1)
    if redrawn:
        canvas = redraw(flat, BOX).float().unsqueeze(1) * 255
        scaled = interpolate(canvas, (size, size), mode="area")
    else:
        grey = flat.float().unsqueeze(1)
        scaled = interpolate(grey, (size, size), mode="bilinear", antialias=True)
    return Characters(
        pictures=scaled.round().byte().view(*digits.shape[:2], size, size),
        names=tuple(f"{ALPHABET}/character{digit + 1:02d}" for digit in range(DIGITS)),
        alphabets=(ALPHABET,),
        alphabet_of=torch.zeros(DIGITS, dtype=torch.int64),
        drawers=tuple(range(1, digits.shape[1] + 1)),
    )


def _files(data_root: Path | None) -> dict[str, Path]:
    """The two files by name, not yet verified."""
    root = None if data_root is None else named_root(data_root, f"data root {data_root}")
    if root is not None and (found := _within(root)):  # it may hold Omniglot alone
        return found
    if given := os.environ.get("MNIST_ROOT"):
        if found := _within(named_root(Path(given), f"MNIST_ROOT {given}")):
            return found
        raise InputError(
            f"MNIST_ROOT {given}: lacks {' or '.join(FILES)}, also within raw and MNIST/raw"
        )
    try:
        cached = cache_folder() / "mnist"
    except OSError as error:
        raise MnistUnavailable(f"MNIST cannot be had: {error}; {NAME_A_FOLDER}") from None
    return _within(cached) or _download(cached)


def _within(root: Path) -> dict[str, Path] | None:
    """Both files by name, in `root` or where torchvision puts them; None if one is missing."""
    for folder in (root, root / "raw", root / "MNIST" / "raw"):
        found = {name: path for name in FILES if (path := _file(folder, name))}
        if len(found) == len(FILES):
            return found
    return None


def _file(folder: Path, name: str) -> Path | None:
    """A file as people have it: not compressed, with a dot in its name, in a folder of its name."""
    plain = name.removesuffix(".gz")
    names = (name, plain, plain.replace("-idx", ".idx"))
    paths = (path for leaf in names for path in (folder / leaf, folder / leaf / leaf))
    return next((path for path in paths if path.is_file()), None)


def _download(folder: Path) -> dict[str, Path]:
    from torchvision.datasets import MNIST  # imported here, for it takes long

    with tempfile.TemporaryDirectory() as partial:
        for name, digest in MNIST.resources[2:]:
            for number, mirror in enumerate(MNIST.mirrors, start=1):
                try:
                    download(mirror + name, Path(partial), digest)
                    break
                except OSError as error:
                    if number == len(MNIST.mirrors):
                        raise MnistUnavailable(
                            "MNIST cannot be had: none is in the user's cache folder, the download"
                            f" failed ({error}); {NAME_A_FOLDER}"
                        ) from error
        for name in FILES:
            with replacing(folder / name) as begun:
                shutil.copyfile(Path(partial) / name, begun)
    return {name: folder / name for name in FILES}


def _content(path: Path, name: str) -> NDArray[np.uint8]:
    """Reads the content after its header of the file of this name.

    The uncompressed content is verified, for some copies were compressed anew.

    Raises:
        InputError: the file cannot be read, or is not MNIST's.
    """
    header, count, digest = FILES[name]
    try:
        with path.open("rb") as given:
            packed = given.read(2) == b"\x1f\x8b"
        with gzip.open(path) if packed else path.open("rb") as file:
            found = file.read(header + count)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{path}: cannot be read: {error}") from None
    if sha256(found).hexdigest() != digest:
        raise InputError(f"{path}: not MNIST's: the SHA-256 of what it holds is not {digest}")
    return np.frombuffer(found, np.uint8, offset=header).copy()
