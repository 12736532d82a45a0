"""What a step sees: balanced pairs, whole alphabets' characters."""

from __future__ import annotations

import pytest
import torch

from data.batches import character_batches, draw_pairs, pair_batches
from data.characters import Characters
from data.collection import Collection
from data.splits import paper_splits


@pytest.fixture(scope="module")
def train(glyphs: Collection) -> Characters:
    return glyphs.characters(*paper_splits(glyphs).train, 20)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_pairs_are_half_same_half_different_within_an_alphabet_and_equal_per_alphabet(
    train: Characters,
) -> None:
    count = 6000
    pairs = draw_pairs(train, count, generator())
    left, right = pairs[:, 0], pairs[:, 1]
    same = left[:, 0] == right[:, 0]
    assert int(same.sum()) == count // 2
    assert torch.equal(train.alphabet_of[left[:, 0]], train.alphabet_of[right[:, 0]])
    assert bool((left[:, 1] != right[:, 1]).all())
    per_alphabet = torch.bincount(train.alphabet_of[left[:, 0]])
    assert per_alphabet.tolist() == [count // 30] * 30
    assert len(torch.unique(left[:, 0])) == len(train.names)
    assert torch.unique(pairs[..., 1]).tolist() == list(range(12))


def test_pairs_across_alphabets_are_any_two_characters(train: Characters) -> None:
    pairs = draw_pairs(train, 6000, generator(), across=True)
    left, right = pairs[:, 0], pairs[:, 1]
    same = left[:, 0] == right[:, 0]
    assert int(same.sum()) == 3000
    assert bool((left[:, 1] != right[:, 1]).all())
    of_one = train.alphabet_of[left[~same, 0]] == train.alphabet_of[right[~same, 0]]
    assert 0.01 < float(of_one.float().mean()) < 0.08  # one in thirty
    assert len(torch.unique(left[:, 0])) == len(train.names)


def test_pair_batches_show_the_pairs_pictures(train: Characters) -> None:
    fixed = draw_pairs(train, 100, generator())
    seen = []
    for batch in pair_batches(train, 25, fixed, 4, generator(1)):
        assert batch.pictures.shape == (50, 1, 20, 20)
        left, right = batch.pictures.chunk(2)
        seen += [torch.cat(pair).flatten() for pair in zip(left, right, strict=True)]
        wanted = (batch.labels[:25] == batch.labels[25:]).sum()
        assert 0 < int(wanted) < 25
    # One epoch of 4 x 25 goes once over the hundred fixed pairs.
    expected = train.pictures[fixed[..., 0], fixed[..., 1]].flatten(1)
    assert sorted(p.tolist() for p in seen) == sorted(p.tolist() for p in expected)


def test_character_batches_hold_whole_alphabets(train: Characters) -> None:
    for alphabets in (1, 2):
        for batch in character_batches(train, alphabets, 24, 4, False, 5, generator(2)):
            assert batch.pictures.shape == (96, 1, 20, 20)
            labels, counts = torch.unique(batch.labels, return_counts=True)
            assert counts.tolist() == [4] * 24
            per_alphabet = torch.bincount(train.alphabet_of[labels])
            per_alphabet = per_alphabet[per_alphabet > 0]
            assert int(per_alphabet.max()) <= 24 // alphabets
            assert len(per_alphabet) <= alphabets + 1
            for label in labels:
                drawings = batch.pictures[batch.labels == label].flatten(1)
                assert len(torch.unique(drawings, dim=0)) == 4


@pytest.mark.parametrize("alphabets", [1, 2, 7, 30])
@pytest.mark.parametrize("per_batch", [24, 40])
def test_batches_over_enough_alphabets_are_drawn_one_alphabet_after_the_other(
    train: Characters, alphabets: int, per_batch: int
) -> None:
    dice, rows = generator(4), list[int]()
    for place in torch.randperm(30, generator=dice).tolist():
        of_alphabet = train.characters_of[place]
        shuffled = of_alphabet[torch.randperm(len(of_alphabet), generator=dice)]
        rows += shuffled[: min(-(-per_batch // alphabets), per_batch - len(rows))].tolist()
        if len(rows) == per_batch:
            break
    (batch,) = character_batches(train, alphabets, per_batch, 2, False, 1, generator(4))
    assert batch.labels[::2].tolist() == rows


def of_sizes(*sizes: int) -> Characters:
    """Alphabets with so many characters each, all drawn by two people."""
    owners = torch.arange(len(sizes)).repeat_interleave(torch.tensor(sizes))
    pictures = torch.randint(256, (len(owners), 2, 20, 20), generator=generator())
    return Characters(
        pictures=pictures.to(torch.uint8),
        names=tuple(f"{owner}/{row}" for row, owner in enumerate(owners.tolist())),
        alphabets=tuple(map(str, range(len(sizes)))),
        alphabet_of=owners,
        drawers=(1, 2),
    )


@pytest.mark.parametrize(("sizes", "extra"), [((50,), 0), ((60, 50), 0), ((50, 9, 9), 2)])
@pytest.mark.parametrize("alphabets", [1, 2, 30])
def test_a_batch_is_full_where_there_are_fewer_alphabets_than_it_may_take(
    sizes: tuple[int, ...], extra: int, alphabets: int
) -> None:
    batches = character_batches(
        of_sizes(*sizes), alphabets, 40, 2, False, 8, generator(), extra, share=0.5
    )
    counts = {len(batch.labels.unique()) for batch in batches}
    assert counts == ({40, 18} if extra else {40})  # extra alphabets have no more


@pytest.mark.parametrize("sizes", [(2,), (3,), (2, 2), (2, 2, 2)])
@pytest.mark.parametrize("alphabets", [1, 2, 30])
@pytest.mark.parametrize("per_batch", [2, 3, 40])
@pytest.mark.parametrize(("composed", "marked"), [(0, 0), (1, 0), (1, 1)])
def test_a_batch_has_characters_to_tell_apart(
    sizes: tuple[int, ...], alphabets: int, per_batch: int, composed: float, marked: float
) -> None:
    for batch in character_batches(
        *(of_sizes(*sizes), alphabets, per_batch, 2, False, 5, generator()),
        composed=composed,
        marked=marked,
    ):
        counts = torch.unique(batch.labels, return_counts=True)[1].tolist()
        assert len(counts) >= 2
        assert set(counts) == {2}


def test_symmetries_turn_and_mirror_the_whole_batch(train: Characters) -> None:
    plain = next(character_batches(train, 1, 20, 2, False, 1, generator(3)))
    found = set()
    for seed in range(60):
        # The same characters and drawers are drawn before the symmetry is.
        turned = next(character_batches(train, 1, 20, 2, True, 1, generator(seed)))
        plain = next(character_batches(train, 1, 20, 2, False, 1, generator(seed)))
        assert torch.equal(turned.labels, plain.labels)
        for turn in range(4):
            for mirror in (False, True):
                candidate = torch.rot90(plain.pictures, turn, (2, 3))
                candidate = candidate.flip(3) if mirror else candidate
                if torch.equal(candidate, turned.pictures):
                    found.add((turn, mirror))
    assert len(found) == 8
