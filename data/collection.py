"""A whole data set of drawn characters, bit-packed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from data.characters import Characters
from data.one_shot_runs import OneShotRun

SIDE = 105
"""Height and width of a drawing, in pixels."""
DRAWERS = 20
"""How many people drew each character."""
PACKED_BYTES = (SIDE * SIDE + 7) // 8
THREADS = min(4, os.cpu_count() or 1)
"""Unpack pictures: most of that time goes into the first touch of so much memory."""
SLICE = 16
"""Characters unpacked at once: fewer fit the cache better, but make the threads wait in turns."""


@dataclass(frozen=True)
class Collection:
    """All alphabets of a data set, one bit per pixel.

    Attributes:
        name: what it can be asked for by.
        fingerprint: SHA-256 (hex) over the content.
        packed: uint8 [characters, 20, 1379]: `numpy.packbits` of each 105x105 picture, 1 is ink.
        names: "Alphabet/characterNN" per character; an alphabet's characters stand together.
        background: the alphabets to train on.
        evaluation: the alphabets held out from training.
        runs: the given one-shot runs, all on evaluation alphabets.
    """

    name: Literal["omniglot", "glyphs"]
    fingerprint: str
    packed: NDArray[np.uint8]
    names: tuple[str, ...]
    background: tuple[str, ...]
    evaluation: tuple[str, ...]
    runs: tuple[OneShotRun, ...]

    def characters(self, alphabets: Sequence[str], drawers: Sequence[int], size: int) -> Characters:
        """The pictures of some alphabets by some drawers, area-averaged to `size` x `size`.

        `size` is 7 to 105 pixels. Nothing of the other alphabets is unpacked or kept.

        Raises:
            KeyError: an alphabet is not in the collection.
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
        )


def unpacked(
    packed: NDArray[np.uint8], rows: Sequence[int], columns: Sequence[int], size: int
) -> Tensor:
    """Some rows and columns of uint8 [..., ..., 1379] bits -> uint8 [rows, columns, size, size].

    Area-averaged; 255 is ink.
    """
    pictures = np.empty((len(rows), len(columns), size, size), dtype=np.uint8)
    first, last = _windows(size)
    area = np.outer(last - first, last - first).astype(np.float32)

    # In bytes: floats take fifteen times as long.
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
    """Which of the 105 pixels each of `size` covers at least in part: from, up to (exclusive)."""
    pixels = np.arange(size)
    return pixels * SIDE // size, -((pixels + 1) * SIDE // -size)


def _window_sums(ink: NDArray[np.uint8], size: int, axis: int) -> NDArray[np.uint8]:
    """Sums over each window along one of four axes; the largest, 15 x 15, fits a byte."""
    first, last = _windows(size)
    sums: NDArray[np.uint8] = np.take(ink, first, axis)
    for step in range(1, int((last - first).max())):
        inside = first + step < last
        summand = np.take(ink, np.minimum(first + step, SIDE - 1), axis)
        if not inside.all():
            summand *= inside.astype(np.uint8).reshape([-1 if a == axis else 1 for a in range(4)])
        sums += summand
    return sums
