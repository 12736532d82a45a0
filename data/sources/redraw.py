"""Digits drawn again as Omniglot's characters are: with a thin pen, on a canvas of 105 x 105."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import reduce

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import interpolate

from data.collection import SIDE, THREADS
from data.sources.thinning import thinned

Planes = NDArray[np.uint8]
"""A picture a bit: [height, width, pictures / 8]."""
EXTENT = 68
"""The larger of a training drawing's height and width, in pixels: the mean over Omniglot's."""
PEN = 5
"""The odd width whose lines hold most nearly as much ink as Omniglot's training drawings."""
SLICE = 1000
"""Pictures redrawn at once: so many fit the caches."""


def redraw(pictures: Tensor, extent: int) -> Tensor:
    """Grey pictures, uint8 [n, side, side] -> bool [n, 105, 105], True where there is ink.

    All are scaled alike, so that `extent` of their pixels become `EXTENT`; their strokes are
    thinned to lines, which takes a little of their length, and these drawn with the pen.
    """
    with ThreadPoolExecutor(THREADS) as pool:
        parts = torch.split(pictures, SLICE)
        return torch.cat(list(pool.map(lambda part: _redraw(part, extent), parts)))


def _redraw(pictures: Tensor, extent: int) -> Tensor:
    side = round(pictures.shape[-1] * EXTENT / extent)
    scaled = interpolate(pictures.unsqueeze(1).float(), (side, side), mode="bicubic").squeeze(1)
    # Eight pictures in each byte: what follows is about whole neighbourhoods, bit by bit.
    planes = np.packbits((scaled > 255 / 2).permute(1, 2, 0).contiguous().numpy(), axis=-1)
    before, after = (SIDE - side) // 2, SIDE - side - (SIDE - side) // 2
    lines = np.pad(thinned(planes), ((before, after), (before, after), (0, 0)))
    drawn = _spread(_spread(lines, 0), 1)
    bits = np.unpackbits(drawn, axis=-1, count=len(pictures))
    return torch.from_numpy(np.ascontiguousarray(bits.transpose(2, 0, 1))).bool()


def _spread(planes: Planes, axis: int) -> Planes:
    """Ink as wide as the pen along an axis; lines keep off the canvas's edges by more."""
    shifts = range(-(PEN // 2), PEN // 2 + 1)
    return reduce(np.bitwise_or, [np.roll(planes, shift, axis) for shift in shifts])
