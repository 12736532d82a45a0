"""Places that an affine map takes a picture's pixels from."""

from __future__ import annotations

import torch
from torch import Tensor


def places(maps: Tensor, size: int) -> Tensor:
    """Where each pixel comes from, as torch's `affine_grid` tells it, with one matrix product.

    Over small pictures, `affine_grid`'s product for each picture takes fifteen times as long.

    Args:
        maps: float [n, 2, 3], from output to input places; both count from -1 to 1.
        size: width and height of the pictures.

    Returns:
        float [n, size, size, 2], x before y, for `grid_sample` without aligned corners.

    Example:
        >>> places(torch.eye(2, 3)[None], size=2)[0, 1].tolist()
        [[-0.5, 0.5], [0.5, 0.5]]
    """
    line = pixel_places(size, maps.device)
    pixels = torch.stack((line.repeat(size), line.repeat_interleave(size), line.new_ones(size**2)))
    found = maps.flatten(0, 1) @ pixels
    # Not len(maps): torch.export would take it for a constant.
    return found.view(maps.shape[0], 2, size, size).permute(0, 2, 3, 1)


def pixel_places(size: int, device: torch.device) -> Tensor:
    """Middles of the pixels along an axis that counts from -1 to 1: float [size].

    Example:
        >>> pixel_places(4, torch.device("cpu")).tolist()
        [-0.75, -0.25, 0.25, 0.75]
    """
    return (torch.arange(size, device=device) * 2 + 1) / size - 1
