"""A drawing's place and size on its picture, which say little of what it is, taken away."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample

RADIUS = 0.19
"""The common radius of gyration along an axis, as a part of the picture's width.

The training drawings' median is 0.16; a little larger, more of the picture is used.
"""


COPY_STEP = 1.16
"""How much larger each copy of a drawing is than the one before."""


def copy_sizes(count: int) -> list[float]:
    """The sizes of so many copies of a drawing, in its own: 1, or evenly around it."""
    return [COPY_STEP ** (number - (count - 1) / 2) for number in range(count)]


def centred(pictures: Tensor, resize: float, times: float = 1.0) -> Tensor:
    """Each drawing with its centre of mass in the middle of the picture, and resized.

    Args:
        pictures: float [n, 1, size, size], 0 is paper.
        resize: 0 leaves the size, 1 gives all drawings the same radius of gyration; between them,
            the factor to that is taken to this power.
        times: by which each drawing is larger then.

    Returns:
        float32 [n, 1, size, size]; a picture without ink is left as it is.
    """
    size = pictures.shape[-1]
    place = (torch.arange(size, device=pictures.device) * 2 + 1) / size - 1  # as grid_sample counts
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
    grid = affine_grid(maps, list(pictures.shape), align_corners=False)
    return grid_sample(
        pictures.float(), grid, mode="bilinear", padding_mode="zeros", align_corners=False
    )
