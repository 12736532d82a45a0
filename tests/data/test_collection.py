"""Pictures from bits, at any size."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn.functional import adaptive_avg_pool2d

from data.collection import SIDE, Collection


@pytest.mark.parametrize("size", [7, 28, 35, 50, 104, 105])
def test_pictures_are_area_averages(glyphs: Collection, size: int) -> None:
    alphabets, drawers = [glyphs.evaluation[3], glyphs.background[0]], [20, 3, 4]
    characters = glyphs.characters(alphabets, drawers, size)
    rows = [
        row
        for alphabet in alphabets
        for row, name in enumerate(glyphs.names)
        if name.startswith(f"{alphabet}/")
    ]
    packed = glyphs.packed[rows][:, [19, 2, 3]]
    bits = np.unpackbits(packed, axis=-1, count=SIDE * SIDE).reshape(len(rows), 3, SIDE, SIDE)
    expected = adaptive_avg_pool2d(torch.from_numpy(bits) * 255.0, size).round()
    assert torch.equal(characters.pictures, expected.byte())
    assert characters.size == size
    assert characters.drawers == (20, 3, 4)
    assert characters.names == tuple(glyphs.names[row] for row in rows)
    assert characters.alphabets == tuple(alphabets)
    owners = [characters.alphabets[a] for a in characters.alphabet_of.tolist()]
    assert owners == [name.partition("/")[0] for name in characters.names]
    assert torch.equal(torch.cat(characters.characters_of), torch.arange(len(rows)))


def test_unknown_alphabet(glyphs: Collection) -> None:
    with pytest.raises(KeyError, match="Klingon"):
        glyphs.characters(["Klingon"], [1], 35)
