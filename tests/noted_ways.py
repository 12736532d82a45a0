"""Which ways of making new characters the batches were made by."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from data import batches


def noted_ways(monkeypatch: pytest.MonkeyPatch, characters: int, **ways: str) -> list[str]:
    """Has functions of `data.batches` note that they were called, and change nothing.

    Args:
        characters: how many they are to be given.
        ways: what a call of each is noted as, by the function's name.

    Returns:
        The notes, which grow.
    """
    made: list[str] = []

    def noted(way: str) -> Callable[[Tensor, int, torch.Generator], Tensor]:
        def note(pictures: Tensor, drawings: int, _: torch.Generator) -> Tensor:
            assert len(pictures) == characters * drawings
            made.append(way)
            return pictures

        return note

    for name, way in ways.items():
        monkeypatch.setattr(batches, name, noted(way))
    return made
