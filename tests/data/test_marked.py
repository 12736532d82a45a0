"""Near-copies of characters: they differ by one small mark, and any batch can be marked."""

from __future__ import annotations

import pytest
import torch
from noted_ways import noted_ways
from torch import Tensor

from data.batches import character_batches
from data.collection import Collection
from data.mark import JITTER, KEPT, MARK, MORE_KEPT, MORE_MARK, mark
from data.splits import paper_splits

SIZE, DRAWINGS = 40, 3


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def pictures(glyphs: Collection) -> Tensor:
    """The drawings of twenty characters of one alphabet."""
    alphabets, _ = paper_splits(glyphs).train
    train = glyphs.characters(alphabets[:1], [1, 2, 3], SIZE).pictures[:20]
    return train.reshape(-1, 1, SIZE, SIZE)


def extent(differs: Tensor) -> int:
    """Height or width, whichever is more, of where something differs; 0 where nothing does."""
    rows, columns = differs.nonzero(as_tuple=True)
    if not len(rows):
        return 0
    return 1 + max(int(rows.max() - rows.min()), int(columns.max() - columns.min()))


@pytest.mark.parametrize("seed", range(8))
def test_a_near_copy_differs_from_one_kept_by_a_mark_in_every_drawing(
    pictures: Tensor, seed: int
) -> None:
    made = mark(pictures, DRAWINGS, generator(seed))
    assert (made.shape, made.dtype) == (pictures.shape, torch.uint8)
    new = made.reshape(-1, DRAWINGS, SIZE, SIZE)
    count = len(new)
    found = []
    for character in new:
        # Of which of the first ones, and by how much it differs, in each drawing.
        extents = [[extent(a != b) for a, b in zip(character, one, strict=True)] for one in new]
        alike = [i for i, one in enumerate(extents) if max(one) <= SIZE * (MARK + MORE_MARK) + 1]
        found.append((min(alike), extents[min(alike)]))
    kept = len({first for first, _ in found})
    assert {first for first, _ in found} == set(range(kept))
    assert KEPT * count - 1 <= kept <= (KEPT + MORE_KEPT) * count
    for number, (first, extents) in enumerate(found):
        assert (first == number) == (number < kept)
        assert all(extents) == any(extents) == (number >= kept)


def test_a_mark_is_put_by_each_hand_near_its_place(pictures: Tensor) -> None:
    one_hand = pictures[::DRAWINGS].repeat_interleave(DRAWINGS, 0)  # each drawing is the same
    made = mark(one_hand, DRAWINGS, generator(3)).reshape(-1, DRAWINGS, SIZE, SIZE)
    kept, marked = made[:2], made[-5:]
    assert all(torch.equal(drawing, character[0]) for character in kept for drawing in character)
    places = []
    for character in marked:
        (plain,) = (one[0] for one in kept_for(character, made))
        corners = [(drawing != plain).nonzero().amin(0) for drawing in character]
        places.append(torch.stack(corners))
    spread = torch.stack(places).float()
    assert int((spread.amax(1) - spread.amin(1)).max()) <= 2 * JITTER * SIZE + 2
    assert len(torch.unique(spread[:, 0], dim=0)) > 1, "each has a place of its own"


def kept_for(character: Tensor, made: Tensor) -> list[Tensor]:
    """What the near-copy is one of: the first that differs little from it."""
    return [one for one in made if extent(one[0] != character[0]) <= SIZE * 0.4][:1]


@pytest.mark.parametrize("characters", [1, 2, 3, 48])
@pytest.mark.parametrize("size", [8, 35, 105])
def test_every_batch_can_be_marked(characters: int, size: int) -> None:
    torch.manual_seed(0)
    given = (torch.rand(characters * 2, 1, size, size) * 255).to(torch.uint8)
    for seed in range(4):
        made = mark(given, 2, generator(seed))
        assert made.shape == given.shape
        assert int(made.max()) > 0


def test_it_follows_from_the_generator(pictures: Tensor) -> None:
    first, same, other = (mark(pictures, DRAWINGS, generator(seed)) for seed in (1, 1, 2))
    assert torch.equal(first, same)
    assert not torch.equal(first, other)


def test_a_share_of_the_composed_batches_is_marked(
    glyphs: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    train = glyphs.characters(*paper_splits(glyphs).train, 20)
    made = noted_ways(monkeypatch, 20, mark="marked", compose="composed")

    def shares(composed: float, marked: float) -> tuple[float, float]:
        """The parts of the batches that were marked, and composed."""
        made.clear()
        drawn = character_batches(
            train, 1, 20, 2, False, 200, generator(), composed=composed, marked=marked
        )
        assert len(list(drawn)) == 200
        return made.count("marked") / 200, made.count("composed") / 200

    assert shares(1.0, 0.0) == (0.0, 1.0)
    assert shares(0.0, 1.0) == (0.0, 0.0)
    assert shares(1.0, 1.0) == (1.0, 0.0)
    assert shares(0.5, 0.6) == pytest.approx((0.3, 0.2), abs=0.1)
