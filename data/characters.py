"""Characters of some alphabets as one tensor of pictures."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import torch
from torch import Tensor

from data.names import MOST_WAY


@dataclass(frozen=True)
class Characters:
    """Some characters, each drawn once by each of some drawers.

    Attributes:
        pictures: uint8 [characters, drawers, size, size]; 0 is paper, 255 is ink.
        names: "Alphabet/character" for each character, sorted within its alphabet.
        alphabets: the alphabets' names, in the order of their characters.
        alphabet_of: int64 [characters], each character's index into `alphabets`, ascending.
        drawers: the drawers' numbers, from 1 on.
        way: N of the N-way one-shot trials that are asked of the collection they are from.

    Example:
        >>> from data.sources.glyphs import make_glyphs
        >>> both = make_glyphs().characters(["Glyphs_31", "Glyphs_32"], [1, 2, 3], size=28)
        >>> both.pictures.shape, both.names[0]
        (torch.Size([44, 3, 28, 28]), 'Glyphs_31/character01')
        >>> both.of(("Glyphs_32",)).by((3, 1)).pictures.shape
        torch.Size([22, 2, 28, 28])
    """

    pictures: Tensor
    names: tuple[str, ...]
    alphabets: tuple[str, ...]
    alphabet_of: Tensor
    drawers: tuple[int, ...]
    way: int = MOST_WAY

    @property
    def size(self) -> int:
        """Height and width of the pictures, in pixels."""
        return int(self.pictures.shape[-1])

    @property
    def device(self) -> torch.device:
        """The device that holds the pictures."""
        return self.pictures.device

    @cached_property
    def characters_of(self) -> tuple[Tensor, ...]:
        """Indices of each alphabet's characters: int64, on the CPU."""
        owners = self.alphabet_of.cpu()
        return tuple(torch.nonzero(owners == a).flatten() for a in range(len(self.alphabets)))

    def to(self, device: torch.device) -> Characters:
        """Copies the characters to a device."""
        return replace(
            self, pictures=self.pictures.to(device), alphabet_of=self.alphabet_of.to(device)
        )

    def by(self, drawers: tuple[int, ...]) -> Characters:
        """Keeps only the drawings by these drawers, given by number, in the given order.

        Raises:
            ValueError: a drawer is not among the drawers here.
        """
        columns = [self.drawers.index(drawer) for drawer in drawers]
        return replace(self, pictures=self.pictures[:, columns], drawers=drawers)

    def beside(self, other: Characters) -> Characters:
        """Adds other characters behind these, by as many drawers; drawers and way stay these.

        Raises:
            ValueError: the others are by another number of drawers, or of another size.
        """
        if self.pictures.shape[1:] != other.pictures.shape[1:]:
            raise ValueError("characters of another shape")
        return replace(
            self,
            pictures=torch.cat((self.pictures, other.pictures)),
            names=self.names + other.names,
            alphabets=self.alphabets + other.alphabets,
            alphabet_of=torch.cat((self.alphabet_of, other.alphabet_of + len(self.alphabets))),
        )

    def of(self, alphabets: tuple[str, ...]) -> Characters:
        """Keeps only the characters of these alphabets, in the given order.

        Raises:
            ValueError: an alphabet is not among the alphabets here.
        """
        parts = [self.characters_of[self.alphabets.index(name)] for name in alphabets]
        rows = torch.cat(parts)
        owners = torch.cat([torch.full_like(part, a) for a, part in enumerate(parts)])
        return Characters(
            pictures=self.pictures[rows.to(self.device)],
            names=tuple(self.names[row] for row in rows.tolist()),
            alphabets=alphabets,
            alphabet_of=owners.to(self.device),
            drawers=self.drawers,
            way=self.way,
        )
