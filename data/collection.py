"""A whole data set of drawn characters, one bit per pixel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from data.characters import Characters
from data.cores import usable_cores
from data.errors import InputError
from data.names import MOST_WAY
from data.one_shot_runs import OneShotRun

SIDE = 105
"""Height and width of a drawing, in pixels."""
DRAWERS = 20
"""How many people drew each character of Omniglot, and how many hands each of the glyphs."""
DrawerParts = tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]
PAPER_DRAWERS: DrawerParts = (tuple(range(1, 13)), tuple(range(13, 17)), tuple(range(17, 21)))
"""Numbers of the drawers who train, validate and test (the paper's section 4.1)."""
PACKED_BYTES = (SIDE * SIDE + 7) // 8
"""Bytes of a drawing at one bit per pixel."""
THREADS = min(4, usable_cores())
"""Threads that unpack pictures: most of the time goes into the first touch of the memory."""
SLICE = 16
"""Characters unpacked at once: fewer fit the cache better, but threads then wait for each other."""


@dataclass(frozen=True)
class Collection:
    """All alphabets of a data set, one bit per pixel.

    Attributes:
        name: name by which it is asked for.
        fingerprint: SHA-256 (hex) over the content.
        packed: uint8 [characters, drawers, 1379]: `numpy.packbits` of each 105x105 picture, 1 is
            ink.
        names: "Alphabet/character" for each character; those of an alphabet stand together.
        background: the alphabets to train on.
        evaluation: the alphabets held out from training: to validate on, and to test on.
        runs: the given one-shot runs, all on the alphabets to test on.
        drawer_parts: numbers of the drawers whose pictures train, validate and test.
        note: what became of the pictures of a folder, for people.
        extra: a data set whose alphabets are all trained on too; None if there is none.
    """

    name: str
    fingerprint: str
    packed: NDArray[np.uint8]
    names: tuple[str, ...]
    background: tuple[str, ...]
    evaluation: tuple[str, ...]
    runs: tuple[OneShotRun, ...]
    drawer_parts: DrawerParts = PAPER_DRAWERS
    note: str = ""
    extra: Collection | None = None

    @property
    def drawers(self) -> tuple[int, ...]:
        """Numbers of all drawers, from 1 on."""
        return tuple(range(1, self.packed.shape[1] + 1))

    @property
    def label(self) -> str:
        """The name in the names of files, which have no place for a folder's path.

        Of other pictures, own or extra ones, it is another.
        """
        own = self.name if ":" not in self.name else f"folder-{self.fingerprint[:12]}"
        return own if self.extra is None else f"{own}-extra-{self.extra.fingerprint[:12]}"

    @property
    def way(self) -> int:
        """N of the N-way one-shot trials: 20, or what the smallest evaluation alphabet has.

        Example:
            >>> from data.sources.glyphs import make_glyphs
            >>> make_glyphs().way
            20
        """
        counts = Counter(name.partition("/")[0] for name in self.names)
        return min([MOST_WAY, *(counts[alphabet] for alphabet in self.evaluation)])

    def check_extra(self, drawers: Sequence[int]) -> None:
        """Makes sure that extra alphabets have as many pictures of a character as drawers train.

        Args:
            drawers: those that draw the training alphabets.

        Raises:
            InputError: they have fewer.
        """
        if self.extra is None or len(self.extra.drawers) >= len(drawers):
            return
        raise InputError(
            f"train.pictures.extra: {self.extra.name} has {len(self.extra.drawers)} pictures of"
            f" each character, but needs {len(drawers)} or more, as many as drawers train"
        )

    def characters(self, alphabets: Sequence[str], drawers: Sequence[int], size: int) -> Characters:
        """Unpacks the pictures of some alphabets by some drawers, area-averaged.

        Nothing of the other alphabets is unpacked or kept.

        Args:
            alphabets: their names.
            drawers: their numbers, from 1 on.
            size: height and width of the pictures, 7 to 105 pixels.

        Raises:
            KeyError: an alphabet is not in the collection.

        Example:
            >>> from data.sources.glyphs import make_glyphs
            >>> make_glyphs().characters(["Glyphs_31"], [13, 14], size=35).pictures.shape
            torch.Size([22, 2, 35, 35])
        """
        rows_of: dict[str, list[int]] = {}
        for row, name in enumerate(self.names):
            rows_of.setdefault(name.partition("/")[0], []).append(row)
        rows = [row for alphabet in alphabets for row in rows_of[alphabet]]
        owners = [a for a, alphabet in enumerate(alphabets) for _ in rows_of[alphabet]]
        columns = [drawer - 1 for drawer in drawers]
        return Characters(
            pictures=unpacked(self.packed, rows, columns, size),
            names=tuple(self.names[row] for row in rows),
            alphabets=tuple(alphabets),
            alphabet_of=torch.tensor(owners),
            drawers=tuple(drawers),
            way=self.way,
        )


def unpacked(
    packed: NDArray[np.uint8], rows: Sequence[int], columns: Sequence[int], size: int
) -> Tensor:
    """Unpacks some rows and columns of bit-packed pictures, area-averaged.

    Args:
        packed: bits, uint8 [all rows, all columns, 1379], 1 is ink.
        rows: indices.
        columns: indices.
        size: height and width to average to, 7 to 105 pixels.

    Returns:
        uint8 [rows, columns, size, size], 255 is ink.
    """
    pictures = np.empty((len(rows), len(columns), size, size), dtype=np.uint8)
    first, last = _windows(size)
    area = np.outer(last - first, last - first).astype(np.float32)

    # Sums are of bytes: sums of floats take fifteen times as long.
    def fill(start: int) -> None:
        part = packed[np.ix_(rows[start : start + SLICE], columns)]
        bits = np.unpackbits(part, axis=-1, count=SIDE * SIDE)
        ink = bits.reshape(-1, len(columns), SIDE, SIDE)
        if size == SIDE:
            np.negative(ink, out=pictures[start : start + SLICE])  # 1 -> 255
        else:
            sums = _window_sums(_window_sums(ink, size, axis=2), size, axis=3)
            pictures[start : start + SLICE] = np.rint(sums * np.float32(255) / area)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(fill, range(0, len(rows), SLICE)))
    return torch.from_numpy(pictures)


def _windows(size: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each of `size` pixels, the first of the 105 pixels that it covers, and the end."""
    pixels = np.arange(size)
    return pixels * SIDE // size, -((pixels + 1) * SIDE // -size)


def _window_sums(ink: NDArray[np.uint8], size: int, axis: int) -> NDArray[np.uint8]:
    """Sums over each window along one of four axes; the largest sum, 15 x 15, fits a byte."""
    first, last = _windows(size)
    sums: NDArray[np.uint8] = np.take(ink, first, axis)
    for step in range(1, int((last - first).max())):
        inside = first + step < last
        summand = np.take(ink, np.minimum(first + step, SIDE - 1), axis)
        if not inside.all():
            summand *= inside.astype(np.uint8).reshape([-1 if a == axis else 1 for a in range(4)])
        sums += summand
    return sums
