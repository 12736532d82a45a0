"""Characters of some alphabets as one tensor of pictures."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import torch
from torch import Tensor


@dataclass(frozen=True)
class Characters:
    """Every drawing of some characters, each drawn once by each of the same drawers.

    Attributes:
        pictures: uint8 [characters, drawers, size, size]; 0 is paper, 255 is ink.
        names: "Alphabet/characterNN", one per character, sorted within each alphabet.
        alphabets: the alphabets' names, in the order of their characters.
        alphabet_of: int64 [characters], each character's index into `alphabets`, ascending.
        drawers: the drawers' numbers, 1 to 20.
    """

    pictures: Tensor
    names: tuple[str, ...]
    alphabets: tuple[str, ...]
    alphabet_of: Tensor
    drawers: tuple[int, ...]

    @property
    def size(self) -> int:
        """The pictures' height and width in pixels."""
        return int(self.pictures.shape[-1])

    @property
    def device(self) -> torch.device:
        return self.pictures.device

    @cached_property
    def characters_of(self) -> tuple[Tensor, ...]:
        """For each alphabet, the indices of its characters (int64, on the CPU)."""
        owners = self.alphabet_of.cpu()
        return tuple(torch.nonzero(owners == a).flatten() for a in range(len(self.alphabets)))

    def to(self, device: torch.device) -> Characters:
        return replace(
            self, pictures=self.pictures.to(device), alphabet_of=self.alphabet_of.to(device)
        )

    def by(self, drawers: tuple[int, ...]) -> Characters:
        """The same characters, only as these drawers (their numbers) drew them."""
        columns = [self.drawers.index(drawer) for drawer in drawers]
        return replace(self, pictures=self.pictures[:, columns], drawers=drawers)

    def of(self, alphabets: tuple[str, ...]) -> Characters:
        """Some of the alphabets, in the given order."""
        parts = [self.characters_of[self.alphabets.index(name)] for name in alphabets]
        rows = torch.cat(parts)
        owners = torch.cat([torch.full_like(part, a) for a, part in enumerate(parts)])
        return Characters(
            pictures=self.pictures[rows.to(self.device)],
            names=tuple(self.names[row] for row in rows.tolist()),
            alphabets=alphabets,
            alphabet_of=owners.to(self.device),
            drawers=self.drawers,
        )
