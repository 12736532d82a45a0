"""Random distortions of training pictures: each its own, all at once on the device."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn.functional import grid_sample, max_pool2d

from data.affine import places
from data.elastic import displacements

# The paper's ranges (section 3.3): degrees, shear, scale, pixels of a 105-pixel picture.
ROTATION = math.radians(10)
SHEAR = 0.3
SCALE = 0.2
SHIFT = 2 * 2 / 105  # grid_sample counts from -1 to 1: a picture is 2 wide
INCLUDED = 0.5

ELASTIC_POINTS = 5
"""Points a side at which the elastic displacement is drawn."""


def distort(
    pictures: Tensor,
    affine: float,
    elastic: float,
    stroke: float,
    generator: torch.Generator,
    maps: Tensor | None = None,
) -> Tensor:
    """Distorts each picture at random: an affine map, an elastic displacement, another pen.

    Args:
        pictures: float [n, 1, size, size], 0 is paper.
        affine: strength of the affine map. 1 takes the paper's ranges (section 3.3), where each of
            seven components is included with probability one half; 0 leaves it out.
        elastic: standard deviation of the displacement, as a fraction of the width; 0 leaves it
            out.
        stroke: how much a picture's ink grows or shrinks at most, 0 to 1; 1 is a pixel on all
            sides, 0 leaves it out.
        generator: random number generator on the pictures' device.
        maps: the pictures' affine maps, float [n, 2, 3], see `fixed_maps`; None draws new ones.

    Returns:
        float [n, 1, size, size].

    Example:
        >>> pictures = torch.zeros(8, 1, 35, 35)
        >>> pictures[:, :, 10:25, 17] = 1.0
        >>> generator = torch.Generator().manual_seed(0)
        >>> distorted = distort(pictures, affine=1.0, elastic=0.02, stroke=0.0, generator=generator)
        >>> distorted.shape, bool((distorted[0] == distorted[1]).all())
        (torch.Size([8, 1, 35, 35]), False)
    """
    if affine > 0 or elastic > 0:
        maps = _affine(len(pictures), affine, generator) if maps is None else maps
        pictures = _moved(pictures, maps, elastic, generator)
    return _by_another_pen(pictures, stroke, generator) if stroke > 0 else pictures


def fixed_maps(
    characters: int, drawers: int, each: int, affine: float, generator: torch.Generator
) -> Tensor:
    """Draws some affine maps of each picture once, as the paper does (section 3.3).

    Args:
        characters: how many.
        drawers: how many pictures of each character.
        each: how many maps a picture has beside the one that leaves it as it is.
        affine: as in `distort`.
        generator: random number generator on the pictures' device.

    Returns:
        float [characters, drawers, each + 1, 2, 3]; the first map of a picture changes nothing.

    Example:
        >>> maps = fixed_maps(3, 2, each=8, affine=1.0, generator=torch.Generator().manual_seed(0))
        >>> maps.shape, maps[2, 1, 0].tolist()
        (torch.Size([3, 2, 9, 2, 3]), [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    """
    drawn = _affine(characters * drawers * each, affine, generator)
    maps = drawn.view(characters, drawers, each, 2, 3)
    same = torch.eye(2, 3, device=maps.device).expand(characters, drawers, 1, 2, 3)
    return torch.cat((same, maps), 2)


def chosen_maps(
    maps: Tensor, characters: Tensor, drawers: Tensor, generator: torch.Generator
) -> Tensor:
    """One of the fixed maps of each picture, at random.

    Args:
        maps: as `fixed_maps` gives them.
        characters: int64 [n], the pictures' characters.
        drawers: int64 [n], who drew each.
        generator: random number generator on the pictures' device.

    Returns:
        float [n, 2, 3].
    """
    count, of_each = len(characters), maps.shape[2]
    chosen = torch.randint(of_each, (count,), generator=generator, device=maps.device)
    return maps[characters, drawers, chosen]


def _moved(pictures: Tensor, maps: Tensor, elastic: float, generator: torch.Generator) -> Tensor:
    size = pictures.shape[-1]
    grid = places(maps, size)
    if elastic > 0:
        grid = grid + displacements(len(pictures), ELASTIC_POINTS, elastic, size, generator)
    return grid_sample(pictures, grid, mode="bilinear", padding_mode="zeros", align_corners=False)


def _by_another_pen(pictures: Tensor, stroke: float, generator: torch.Generator) -> Tensor:
    """Blends each picture with a copy of it whose strokes are a pixel thicker, or thinner."""
    shape = (len(pictures), 1, 1, 1)
    drawn = torch.rand(shape, generator=generator, device=pictures.device) * 2 - 1
    thicker = max_pool2d(pictures, 3, stride=1, padding=1)
    thinner = -max_pool2d(-pictures, 3, stride=1, padding=1)
    return pictures.lerp(torch.where(drawn > 0, thicker, thinner), drawn.abs() * stroke)


def _affine(count: int, strength: float, generator: torch.Generator) -> Tensor:
    """Random maps from output to input coordinates, float [count, 2, 3]."""
    device = generator.device
    drawn = torch.rand(7, count, generator=generator, device=device) * 2 - 1
    included = torch.rand(7, count, generator=generator, device=device) < INCLUDED
    theta, shear_x, shear_y, scale_x, scale_y, shift_x, shift_y = drawn * included * strength
    cos, sin = torch.cos(theta * ROTATION), torch.sin(theta * ROTATION)
    shear_x, shear_y = shear_x * SHEAR, shear_y * SHEAR
    scale_x, scale_y = 1 + scale_x * SCALE, 1 + scale_y * SCALE
    # forward = rotation @ shear @ scale
    a = (cos - sin * shear_y) * scale_x
    b = (cos * shear_x - sin) * scale_y
    c = (sin + cos * shear_y) * scale_x
    d = (sin * shear_x + cos) * scale_y
    # grid_sample asks where each output pixel comes from: the inverse map.
    determinant = a * d - b * c
    a, b, c, d = d / determinant, -b / determinant, -c / determinant, a / determinant
    x, y = shift_x * SHIFT, shift_y * SHIFT
    rows = (torch.stack((a, b, -(a * x + b * y)), -1), torch.stack((c, d, -(c * x + d * y)), -1))
    return torch.stack(rows, 1)
