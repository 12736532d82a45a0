"""Near-copies of characters: what is taken for another character differs in one small detail."""

from __future__ import annotations

import torch
from torch import Tensor

from data.compose import smaller

KEPT, MORE_KEPT = 0.25, 0.35
"""How many of a batch's characters are kept, each with near-copies: at least, and how much more."""
FEWEST = 2
WHOLE, MORE_WHOLE = 0.72, 0.25
"""How much of a picture's side a character takes: at least, and how much more."""
MARK, MORE_MARK = 0.2, 0.15
"""How much of a picture's side a mark takes: at least, and how much more."""
JITTER = 0.04
"""How far a hand puts the mark from its place, at most, as a share of the side."""
INK, MARKS_INK = 1.2, 2.0
"""Make up for the ink that strokes lose where a drawing is made smaller."""


def mark(pictures: Tensor, drawings: int, generator: torch.Generator) -> Tensor:
    """Makes near-copies of a few of a batch's characters: each has a small mark of its own.

    The marks are others of the batch's characters, made small. The characters that are kept are
    there without a mark, too. How many there are, how large they and the marks are, and where in
    the picture they stand, is drawn for the whole batch; which mark a near-copy has, and where, for
    each of them. The k-th drawing of a near-copy is of the k-th drawings of its character and of
    its mark.

    Args:
        pictures: uint8 [characters * drawings, 1, size, size], the drawings of a character
            together.
        drawings: how many each character has.
        generator: random number generator on the CPU.

    Returns:
        uint8, of the shape of `pictures`.

    Example:
        >>> pictures = torch.zeros(6 * 2, 1, 20, 20, dtype=torch.uint8)
        >>> mark(pictures, drawings=2, generator=torch.Generator().manual_seed(0)).shape
        torch.Size([12, 1, 20, 20])
    """
    size, count, device = pictures.shape[-1], len(pictures) // drawings, pictures.device
    drawn = torch.rand(5, generator=generator).tolist()
    kept = min(count, max(FEWEST, int(count * (KEPT + MORE_KEPT * drawn[0]))))
    whole = round(size * (WHOLE + MORE_WHOLE * drawn[1]))
    small = max(1, round(size * (MARK + MORE_MARK * drawn[2])))
    top, left = (int(part * (size - whole + 1)) for part in drawn[3:])
    character = torch.randperm(count, generator=generator)[torch.arange(count) % kept].to(device)
    marks = torch.randint(count, (count,), generator=generator).to(device)
    room, far = size - small, JITTER * size
    places = torch.rand(count, 1, 2, generator=generator) * room
    jitter = torch.rand(count, drawings, 2, generator=generator) * 2 * far - far
    corner = (places + jitter).round().long().clamp(0, room).to(device)
    of_character = pictures.reshape(count, drawings, size, size).float()
    new = of_character.new_zeros(of_character.shape)
    unmarked = smaller(of_character, whole, whole, INK)
    new[:, :, top : top + whole, left : left + whole] = unmarked[character]
    marked = new[kept:]
    along = torch.arange(small, device=device)
    at = (
        torch.arange(count - kept, device=device)[:, None, None, None],
        torch.arange(drawings, device=device)[None, :, None, None],
        corner[kept:, :, 0, None, None] + along[:, None],
        corner[kept:, :, 1, None, None] + along,
    )
    made_small = smaller(of_character, small, small, MARKS_INK)
    marked[at] = torch.maximum(marked[at], made_small[marks[kept:]])
    return new.round().to(torch.uint8).reshape(-1, 1, size, size)
