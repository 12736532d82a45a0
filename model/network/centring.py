"""Centring: a drawing's place and size say little of what it is, and are taken away."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import grid_sample

from data.affine import pixel_places, places

RADIUS = 0.19
"""Common radius of gyration along an axis, as a part of the picture's width.

The training drawings' median is 0.16; a little more makes better use of the picture.
"""
COPY_STEP = 1.16
"""Factor from the size of one copy of a drawing to the next."""


def copy_sizes(count: int) -> list[float]:
    """Sizes of a drawing's copies as factors of its own size, evenly around 1.

    Example:
        >>> [round(size, 2) for size in copy_sizes(3)]
        [0.86, 1.0, 1.16]
    """
    return [COPY_STEP ** (number - (count - 1) / 2) for number in range(count)]


def centred(pictures: Tensor, resize: float, times: float = 1.0) -> Tensor:
    """Moves each drawing's centre of mass to the middle of its picture, and resizes the drawing.

    Args:
        pictures: float [n, 1, size, size], 0 is paper.
        resize: 0 leaves the size, 1 gives all drawings the common radius of gyration, `RADIUS`;
            between 0 and 1, the factor to that radius is taken to this power.
        times: a further factor of each drawing's size.

    Returns:
        float32 [n, 1, size, size]; a picture without ink is left as it is.

    Example:
        >>> pictures = torch.zeros(1, 1, 35, 35)
        >>> pictures[0, 0, 2:7, 20:25] = 1.0
        >>> moved = centred(pictures, resize=0.0)
        >>> bool(moved[0, 0, 15:20, 15:20].min() > 0.99)
        True
    """
    size = pictures.shape[-1]
    place = pixel_places(size, pictures.device)
    ink = pictures[:, 0].float()
    mass = ink.sum((1, 2))
    share = mass.clamp(min=1e-6)
    columns, rows = ink.sum(1), ink.sum(2)
    x, y = (columns @ place) / share, (rows @ place) / share
    factor = torch.ones_like(mass)
    if resize > 0:
        square = place.square()
        spread = ((columns @ square) + (rows @ square)) / share - x.square() - y.square()
        radius = (spread / 2).clamp(min=0).sqrt() / 2
        factor = torch.where(mass > 0, (radius / RADIUS).clamp(0.4, 2.5) ** resize, factor)
    factor = factor / times
    zero = torch.zeros_like(factor)
    maps = torch.stack(
        (torch.stack((factor, zero, x), 1), torch.stack((zero, factor, y), 1)), 1
    )  # from output to input places
    grid = places(maps, size)
    return grid_sample(
        pictures.float(), grid, mode="bilinear", padding_mode="zeros", align_corners=False
    )
