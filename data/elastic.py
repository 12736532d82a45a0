"""Smooth displacements of a picture's places, drawn at a few points."""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor
from torch.nn.functional import interpolate


def displacements(
    count: int, points: int, strength: float, size: int, generator: torch.Generator
) -> Tensor:
    """Draws smooth displacements, each at a few points, between which it is interpolated.

    Args:
        count: how many.
        points: how many along a side.
        strength: standard deviation at the points, as a fraction of the picture's width.
        size: width and height of the pictures, in pixels.
        generator: random number generator on the device where they are wanted.

    Returns:
        float [count, size, size, 2], x before y, to be added to places that count from -1 to 1.

    Example:
        >>> generator = torch.Generator().manual_seed(0)
        >>> displacements(4, points=5, strength=0.02, size=35, generator=generator).shape
        torch.Size([4, 35, 35, 2])
    """
    shape = (count, points, points, 2)
    # From -1 to 1: a picture is 2 wide.
    drawn = torch.randn(shape, generator=generator, device=generator.device) * (2 * strength)
    spread = _spread(points, size, generator.device)
    # [n, points, points, 2] -> [n, size, size, 2], one axis after the other.
    return torch.einsum("yi,xj,nijc->nyxc", spread, spread, drawn)


@cache
def _spread(points: int, size: int, device: torch.device) -> Tensor:
    """The matrix of a bicubic interpolation from drawn points to pixels: float [size, points].

    Two products with it are several times faster on a CPU than torch's `interpolate`.
    """
    each = torch.eye(points)[None, None]
    return interpolate(each, (size, points), mode="bicubic")[0, 0].to(device)
