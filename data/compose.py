"""Characters made of two others: more kinds to tell apart than the training alphabets have."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import interpolate

# How much of a picture's width, and of its height, a part takes: at least, and how much more.
WIDTH, MORE_WIDTH = 0.5, 0.15
HEIGHT, MORE_HEIGHT = 0.7, 0.25
PARTS, MORE_PARTS = 0.25, 0.5
"""How many of a batch's characters become parts: the fewer, the more the new ones have in common.

At least, and how much more, as a share of the characters.
"""
FEWEST = 4
INK = 1.5
"""Makes up for the ink that strokes lose where a part is made smaller."""


def compose(pictures: Tensor, drawings: int, generator: torch.Generator) -> Tensor:
    """Makes new characters, each of two of a batch's characters side by side, as kanji are made.

    A few characters are the parts, so that many new ones share one, and differ by the other alone.
    How many there are, how large they are, and whether they stand side by side or one above the
    other, is drawn for the whole batch. The k-th drawing of a new character is of the k-th drawings
    of its parts.

    Args:
        pictures: uint8 [characters * drawings, 1, size, size], the drawings of a character
            together.
        drawings: how many each character has.
        generator: random number generator on the CPU.

    Returns:
        uint8, of the shape of `pictures`; of fewer characters where these have too few pairs.

    Example:
        >>> pictures = torch.zeros(6 * 2, 1, 20, 20, dtype=torch.uint8)
        >>> compose(pictures, drawings=2, generator=torch.Generator().manual_seed(0)).shape
        torch.Size([12, 1, 20, 20])
    """
    size, count = pictures.shape[-1], len(pictures) // drawings
    drawn = torch.rand(4, generator=generator).tolist()
    width = round(size * (WIDTH + MORE_WIDTH * drawn[0]))
    height = round(size * (HEIGHT + MORE_HEIGHT * drawn[1]))
    parts = min(count, max(FEWEST, int(count * (PARTS + MORE_PARTS * drawn[2]))))
    first, second = (torch.randperm(count, generator=generator)[:parts] for _ in range(2))
    cells = torch.cartesian_prod(first, second)
    cells = cells[torch.randperm(len(cells), generator=generator)]
    cells = cells[cells[:, 0] != cells[:, 1]][:count].to(pictures.device)
    of_character = pictures.reshape(count, drawings, size, size).float()
    small = smaller(of_character, height, width, INK)
    new = small.new_zeros(len(cells), drawings, size, size)
    above = (size - height) // 2
    rows, right = slice(above, above + height), slice(size - width, size)
    new[:, :, rows, :width] = small[cells[:, 0]]
    new[:, :, rows, right] = torch.maximum(new[:, :, rows, right], small[cells[:, 1]])
    if drawn[3] < 0.5:
        new = new.transpose(2, 3)
    return new.round().to(torch.uint8).reshape(-1, 1, size, size)


def smaller(pictures: Tensor, height: int, width: int, ink: float) -> Tensor:
    """Pictures of fewer pixels, their ink multiplied by `ink`; 255 at most."""
    return interpolate(pictures, (height, width), mode="area").mul_(ink).clamp_(max=255)
