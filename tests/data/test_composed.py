"""New characters of two others: what they are made of, and that any batch can be composed."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from data.batches import character_batches
from data.characters import Characters
from data.collection import Collection
from data.compose import compose
from data.splits import paper_splits


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def squares(characters: int, drawings: int, size: int = 36) -> Tensor:
    """Each picture is of one shade, by which it is known again."""
    shades = torch.arange(characters * drawings, dtype=torch.uint8) + 1
    return shades.view(-1, 1, 1, 1).expand(-1, 1, size, size)


def shades(picture: Tensor) -> set[int]:
    """The shades in a composed picture's far corners, as they were: parts gain half their ink."""
    middle = picture.shape[-1] // 2
    sides = (picture[0, middle, 0], picture[0, middle, -1], picture[0, 0, middle])
    ends = (*sides, picture[0, -1, middle])
    return {round(float(end) / 1.5) for end in ends if end > 0}


@pytest.mark.parametrize("seed", range(8))
def test_a_new_character_is_of_two_others_and_its_drawings_of_theirs(seed: int) -> None:
    characters, drawings = 20, 3
    made = compose(squares(characters, drawings), drawings, generator(seed))
    assert made.shape == (characters * drawings, 1, 36, 36)
    assert made.dtype == torch.uint8
    pairs = []
    for character in made.view(characters, drawings, 1, 36, 36):
        parts = set[tuple[int, ...]]()
        for number, drawing in enumerate(character):
            found = {shade - 1 for shade in shades(drawing)}
            # Where the middle is covered by both, a wide part hides the other's edge.
            assert 1 <= len(found) <= 3
            assert {shade % drawings for shade in found} == {number}
            parts.add(tuple(sorted(shade // drawings for shade in found)))
        assert len(parts) == 1, "all drawings show the same two parts"
        pairs.append(parts.pop())
    fewest = max(4, characters // 4)
    assert fewest <= len({part for pair in pairs for part in pair}) <= 2 * 0.75 * characters
    # Many new characters share a part, and so differ by the other alone.
    assert len({part for pair in pairs for part in pair}) < 2 * characters


def test_no_two_new_characters_are_made_alike() -> None:
    torch.manual_seed(0)
    pictures = (torch.rand(30, 1, 1, 20, 20) * 255).expand(-1, 4, -1, -1, -1).to(torch.uint8)
    made = compose(pictures.flatten(0, 1), 4, generator()).reshape(30, 4, -1)
    assert len(torch.unique(made[:, 0].int(), dim=0)) == 30
    assert torch.equal(made[:, 0], made[:, 3])


@pytest.mark.parametrize("characters", [2, 3, 4, 5, 48])
@pytest.mark.parametrize("size", [8, 35, 105])
def test_every_batch_can_be_composed(characters: int, size: int) -> None:
    for seed in range(4):
        made = compose(squares(characters, 2, size), 2, generator(seed))
        assert 2 <= len(made) // 2 <= characters
        assert int(made.max()) > 0


def test_it_follows_from_the_generator() -> None:
    pictures = squares(12, 2)
    first, same, other = (compose(pictures, 2, generator(seed)) for seed in (1, 1, 2))
    assert torch.equal(first, same)
    assert not torch.equal(first, other)


def test_a_share_of_the_batches_is_composed(glyphs: Collection) -> None:
    train: Characters = glyphs.characters(*paper_splits(glyphs).train, 20)

    def batches(composed: float) -> list[Tensor]:
        drawn = character_batches(train, 1, 20, 3, False, 200, generator(), composed=composed)
        found = []
        for batch in drawn:
            assert len(batch.pictures) == len(batch.labels) == len(batch.drawers)
            assert len(torch.unique(batch.labels)) == len(batch.labels) // 3
            found.append(batch.pictures)
        return found

    known = {bytes(picture.numpy().tobytes()) for picture in train.pictures.flatten(0, 1)}

    def new(pictures: Tensor) -> bool:
        return not any(picture.numpy().tobytes() in known for picture in pictures[:, 0])

    assert not any(new(pictures) for pictures in batches(0.0))
    assert all(new(pictures) for pictures in batches(1.0))
    share = sum(new(pictures) for pictures in batches(0.3)) / 200
    assert 0.2 < share < 0.4
