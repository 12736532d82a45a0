"""Bent characters: shapes that no training alphabet has."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import grid_sample

from data.affine import places
from data.elastic import displacements

POINTS = 4
"""Points a side at which a bend is drawn; more would break strokes instead of bending them."""
STRENGTH = 0.06
"""Standard deviation of a bend at these points, as a fraction of the picture's width."""


def bend(pictures: Tensor, drawings: int, generator: torch.Generator) -> Tensor:
    """Bends each of a batch's characters its own way, all drawings of a character alike.

    What hands differ in stays; what they draw becomes another character.

    Args:
        pictures: uint8 [characters * drawings, 1, size, size], the drawings of a character
            together.
        drawings: how many each character has.
        generator: random number generator on the CPU.

    Returns:
        uint8, of the shape of `pictures`.

    Example:
        >>> pictures = torch.zeros(6 * 2, 1, 20, 20, dtype=torch.uint8)
        >>> bend(pictures, drawings=2, generator=torch.Generator().manual_seed(0)).shape
        torch.Size([12, 1, 20, 20])
    """
    size, count = pictures.shape[-1], len(pictures) // drawings
    moved = displacements(count, POINTS, STRENGTH, size, generator)
    grid = (places(torch.eye(2, 3)[None], size) + moved).to(pictures.device)
    of_character = pictures.reshape(count, drawings, size, size).float()
    bent = grid_sample(of_character, grid, align_corners=False)
    return bent.round_().to(torch.uint8).reshape(-1, 1, size, size)
