"""What a training step sees: sampled pairs, or a batch of confusable characters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from data.characters import Characters


class Batch(NamedTuple):
    """Pictures to compare.

    Attributes:
        pictures: uint8 [n, 1, size, size].
        labels: int64 [n], equal where the character is. A batch of sampled pairs holds picture i's
            partner at n/2 + i.
    """

    pictures: Tensor
    labels: Tensor


def seeded(device: torch.device, *numbers: int) -> torch.Generator:
    """A generator that depends on all the numbers, so that any epoch can be drawn on its own."""
    seed = 0
    for number in numbers:
        seed = (seed * 1_000_003 + number + 1) % (2**63 - 25)
    return torch.Generator(device).manual_seed(seed)


def draw_pairs(
    characters: Characters, count: int, generator: torch.Generator, across: bool = False
) -> Tensor:
    """Random pairs of pictures, half of one character, half of two of the same alphabet.

    Alphabets are taken in turn, so each has as many pairs (the paper's section 4.1).

    Args:
        characters: to draw from.
        count: how many pairs.
        generator: on the CPU.
        across: take any two characters instead, without regard to alphabets, as
            re-implementations do. They are easier to tell apart: never mix the two.

    Returns:
        int64 [count, 2, 2]: per pair, two pictures, each (character, drawer) as indices.
    """
    groups = [torch.arange(len(characters.names))] if across else characters.characters_of
    sizes = torch.tensor([len(rows) for rows in groups])
    firsts = torch.tensor([int(rows[0]) for rows in groups])
    pair = torch.arange(count)
    # Same and different alternate; the alphabet changes every second pair.
    alphabet = torch.randperm(len(sizes), generator=generator)[(pair // 2) % len(sizes)]
    size = sizes[alphabet]

    def below(limit: Tensor) -> Tensor:
        return (torch.rand(count, generator=generator, dtype=torch.float64) * limit).long()

    left = below(size)
    other = (left + 1 + below(size - 1)) % size
    right = torch.where(pair % 2 == 0, left, other)
    drawers = torch.tensor(len(characters.drawers)).expand(count)
    left_drawer = below(drawers)
    # Two drawings of a character are by two drawers; so are those of a different pair, lest the
    # hand give the answer away.
    right_drawer = (left_drawer + 1 + below(drawers - 1)) % drawers
    start = firsts[alphabet]
    return torch.stack(
        (
            torch.stack((start + left, left_drawer), 1),
            torch.stack((start + right, right_drawer), 1),
        ),
        1,
    )[torch.randperm(count, generator=generator)]


def pair_batches(
    characters: Characters,
    pairs: int,
    fixed: Tensor | None,
    steps: int,
    generator: torch.Generator,
    across: bool = False,
) -> Iterator[Batch]:
    """An epoch of sampled pairs (the paper's section 3.2).

    Args:
        characters: to draw from.
        pairs: how many a batch.
        fixed: int64 [set, 2, 2] from `draw_pairs`, to take a random part or several rounds of;
            None draws new ones.
        steps: how many batches.
        generator: on the CPU.
        across: as in `draw_pairs`.
    """
    count = pairs * steps
    if fixed is None:
        chosen = draw_pairs(characters, count, generator, across)
    else:
        rounds = -(-count // len(fixed))
        order = [torch.randperm(len(fixed), generator=generator) for _ in range(rounds)]
        chosen = fixed[torch.cat(order)[:count]]
    chosen = chosen.to(characters.device)
    for step in range(steps):
        both = chosen[step * pairs : (step + 1) * pairs].transpose(0, 1).reshape(-1, 2)
        row, drawer = both[:, 0], both[:, 1]
        yield Batch(characters.pictures[row, drawer].unsqueeze(1), row)


def character_batches(
    characters: Characters,
    alphabets: int,
    per_batch: int,
    drawers: int,
    symmetries: bool,
    steps: int,
    generator: torch.Generator,
) -> Iterator[Batch]:
    """An epoch of batches of confusable characters: the task is to tell one alphabet's apart.

    Args:
        characters: to draw from.
        alphabets: a batch takes at most `per_batch / alphabets` characters of one alphabet, and
            goes on with further alphabets until it is full.
        per_batch: characters a batch.
        drawers: drawings of each character, by different drawers.
        symmetries: turn each whole batch by a random multiple of 90 degrees and mirror it or not.
        steps: how many batches.
        generator: on the CPU.
    """
    share = -(-per_batch // alphabets)
    for _ in range(steps):
        parts: list[Tensor] = []
        missing = per_batch
        for alphabet in torch.randperm(len(characters.alphabets), generator=generator).tolist():
            rows = characters.characters_of[alphabet]
            take = min(share, missing)
            parts.append(rows[torch.randperm(len(rows), generator=generator)[:take]])
            missing -= len(parts[-1])
            if missing == 0:
                break
        row = torch.cat(parts)
        hands = torch.rand(len(row), len(characters.drawers), generator=generator).argsort(1)
        hands = hands[:, :drawers]
        row = row.to(characters.device)
        pictures = characters.pictures[row[:, None], hands.to(characters.device)]
        pictures = pictures.reshape(-1, 1, characters.size, characters.size)
        if symmetries:
            turn, mirror = torch.randint(4, (2,), generator=generator).tolist()
            pictures = torch.rot90(pictures, turn, (2, 3))
            pictures = pictures.flip(3) if mirror % 2 else pictures
        yield Batch(pictures, row.repeat_interleave(hands.shape[1]))
