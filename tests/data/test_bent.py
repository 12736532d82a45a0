"""Bent characters: another shape for each, the same for all its drawings."""

from __future__ import annotations

import pytest
import torch
from noted_ways import noted_ways
from torch import Tensor

from data.batches import character_batches
from data.bend import bend
from data.collection import Collection
from data.splits import paper_splits

SIZE, DRAWINGS, CHARACTERS = 40, 3, 6


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def one_drawing(glyphs: Collection) -> Tensor:
    """One drawing, again and again, as if all characters and all their drawings were alike."""
    alphabets, _ = paper_splits(glyphs).train
    drawing = glyphs.characters(alphabets[:1], [1], SIZE).pictures[0]
    return drawing.expand(CHARACTERS * DRAWINGS, 1, SIZE, SIZE)


def test_each_character_is_bent_its_own_way_and_its_drawings_alike(one_drawing: Tensor) -> None:
    made = bend(one_drawing, DRAWINGS, generator())
    assert (made.shape, made.dtype) == (one_drawing.shape, torch.uint8)
    of_character = made.view(CHARACTERS, DRAWINGS, SIZE, SIZE)
    assert torch.equal(of_character, of_character[:, :1].expand_as(of_character))
    each = [one_drawing[0, 0], *of_character[:, 0]]
    assert all(not torch.equal(a, b) for i, a in enumerate(each) for b in each[:i])


def test_strokes_stay_strokes(one_drawing: Tensor) -> None:
    """As much ink, but for what leaves the picture, and nowhere far from where it was."""
    made = bend(one_drawing, DRAWINGS, generator()).float()
    ink, before = made.sum((1, 2, 3)), one_drawing[0].float().sum()
    assert float((ink / before - 1).abs().max()) < 0.5
    near = torch.nn.functional.max_pool2d(one_drawing.float(), 2 * (SIZE // 4) + 1, 1, SIZE // 4)
    assert float((made * (near > 0)).sum() / made.sum()) > 0.99


@pytest.mark.parametrize("characters", [1, 2, 48])
@pytest.mark.parametrize("size", [8, 35, 105])
def test_every_batch_can_be_bent(characters: int, size: int) -> None:
    given = torch.full((characters * 2, 1, size, size), 255, dtype=torch.uint8)
    made = bend(given, 2, generator())
    assert made.shape == given.shape
    assert int(made[:, :, size // 2, size // 2].min()) == 255


def test_it_follows_from_the_generator(one_drawing: Tensor) -> None:
    first, same, other = (bend(one_drawing, DRAWINGS, generator(seed)) for seed in (1, 1, 2))
    assert torch.equal(first, same)
    assert not torch.equal(first, other)


def test_a_share_of_the_batches_is_bent_before_it_is_composed(
    glyphs: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    train = glyphs.characters(*paper_splits(glyphs).train, 20)
    made = noted_ways(monkeypatch, 20, bend="bent", compose="composed")

    def ways(bent: float, composed: float) -> str:
        made.clear()
        drawn = character_batches(
            train, 1, 20, 2, False, 100, generator(), composed=composed, bent=bent
        )
        assert len(list(drawn)) == 100
        return " ".join(made)

    assert ways(0.0, 0.0) == ""
    assert ways(1.0, 1.0) == " ".join(["bent composed"] * 100)
    assert ways(0.5, 0.0).count("bent") == pytest.approx(50, abs=15)
