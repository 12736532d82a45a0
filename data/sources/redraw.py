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
"""Pictures as bits: uint8 [height, width, pictures / 8], eight pictures in a byte."""
EXTENT = 68
"""Mean extent of Omniglot's training drawings, the larger of height and width, in pixels."""
PEN = 5
"""Width of the pen: with this odd one, lines hold about as much ink as Omniglot's drawings."""
SLICE = 1000
"""Pictures redrawn at once: more would not fit the caches."""


def redraw(pictures: Tensor, extent: int) -> Tensor:
    """Draws grey pictures again with Omniglot's pen.

    All are scaled by one factor, which makes `extent` of their pixels `EXTENT`. Their strokes are
    thinned to lines, which become a little shorter, and the lines drawn with the pen.

    Args:
        pictures: uint8 [n, side, side], 255 is ink.
        extent: the pictures' usual extent, the larger of height and width, in pixels.

    Returns:
        bool [n, 105, 105], True is ink.
    """
    with ThreadPoolExecutor(THREADS) as pool:
        parts = torch.split(pictures, SLICE)
        return torch.cat(list(pool.map(lambda part: _redraw(part, extent), parts)))


def _redraw(pictures: Tensor, extent: int) -> Tensor:
    side = round(pictures.shape[-1] * EXTENT / extent)
    scaled = interpolate(pictures.unsqueeze(1).float(), (side, side), mode="bicubic").squeeze(1)
    # Eight pictures in each byte: what follows looks at whole neighbourhoods, bit by bit.
    planes = np.packbits((scaled > 255 / 2).permute(1, 2, 0).contiguous().numpy(), axis=-1)
    before, after = (SIDE - side) // 2, SIDE - side - (SIDE - side) // 2
    lines = np.pad(thinned(planes), ((before, after), (before, after), (0, 0)))
    drawn = _spread(_spread(lines, 0), 1)
    bits = np.unpackbits(drawn, axis=-1, count=len(pictures))
    return torch.from_numpy(np.ascontiguousarray(bits.transpose(2, 0, 1))).bool()


def _spread(planes: Planes, axis: int) -> Planes:
    """Spreads ink along an axis to the pen's width; lines are further than that from the edges."""
    shifts = range(-(PEN // 2), PEN // 2 + 1)
    return reduce(np.bitwise_or, [np.roll(planes, shift, axis) for shift in shifts])
