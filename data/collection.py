"""A whole data set of drawn characters, bit-packed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d

from data.characters import Characters
from data.trials import OneShotRun

SIDE = 105
"""Height and width of a drawing, in pixels."""
DRAWERS = 20
"""How many people drew each character."""
PACKED_BYTES = (SIDE * SIDE + 7) // 8


@dataclass(frozen=True)
class Collection:
    """All alphabets of a data set, one bit per pixel.

    Attributes:
        name: "omniglot" or "glyphs".
        fingerprint: SHA-256 (hex) over the content.
        packed: uint8 [characters, 20, 1379]: `numpy.packbits` of each 105x105 picture, 1 is ink.
        names: "Alphabet/characterNN" per character; an alphabet's characters stand together.
        background: the alphabets to train on.
        evaluation: the alphabets held out from training.
        runs: the given one-shot runs, all on evaluation alphabets.
    """

    name: str
    fingerprint: str
    packed: NDArray[np.uint8]
    names: tuple[str, ...]
    background: tuple[str, ...]
    evaluation: tuple[str, ...]
    runs: tuple[OneShotRun, ...]

    def characters(self, alphabets: Sequence[str], drawers: Sequence[int], size: int) -> Characters:
        """The pictures of some alphabets by some drawers, area-averaged to `size` x `size`.

        Nothing of the other alphabets is unpacked or kept.

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
            pictures=_unpack(self.packed[np.ix_(rows, columns)], size),
            names=tuple(self.names[row] for row in rows),
            alphabets=tuple(alphabets),
            alphabet_of=torch.tensor(owners),
            drawers=tuple(drawers),
        )


def _unpack(packed: NDArray[np.uint8], size: int) -> Tensor:
    """uint8 [characters, drawers, 1379] bits -> uint8 [characters, drawers, size, size]."""
    count, drawers, _ = packed.shape
    pictures = torch.empty((count, drawers, size, size), dtype=torch.uint8)
    # In slices: the float copies of the whole set would take 1.4 GB.
    for start in range(0, count, 64):
        part = packed[start : start + 64]
        bits = np.unpackbits(part, axis=-1, count=SIDE * SIDE).reshape(-1, drawers, SIDE, SIDE)
        ink = torch.from_numpy(bits)
        if size == SIDE:
            pictures[start : start + 64] = ink * 255
        else:
            pictures[start : start + 64] = adaptive_avg_pool2d(ink * 255.0, size).round().byte()
    return pictures
