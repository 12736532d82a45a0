"""Batches: what a training step sees, either sampled pairs or confusable characters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from data.bend import bend
from data.characters import Characters
from data.compose import compose
from data.mark import mark


class Batch(NamedTuple):
    """A batch: pictures to compare, and which of them show one character.

    Attributes:
        pictures: uint8 [n, 1, size, size], 255 is ink.
        labels: int64 [n], the pictures' characters. In a batch of sampled pairs, picture i's
            partner is picture n/2 + i.
        drawers: int64 [n], who drew each, as indices into the drawers.
    """

    pictures: Tensor
    labels: Tensor
    drawers: Tensor


def seeded(device: torch.device, *numbers: int) -> torch.Generator:
    """A random generator seeded by all the numbers, so that any epoch can be drawn on its own."""
    seed = 0
    for number in numbers:
        seed = (seed * 1_000_003 + number + 1) % (2**63 - 25)
    return torch.Generator(device).manual_seed(seed)


def draw_pairs(
    characters: Characters, count: int, generator: torch.Generator, across: bool = False
) -> Tensor:
    """Draws random pairs of pictures: half show one character, half two of one alphabet.

    Alphabets are taken in turn, so that each gets an equal share of pairs (the paper's section
    4.1). The two pictures of a pair are by two drawers.

    Args:
        characters: characters to draw from.
        count: how many pairs.
        generator: random number generator on the CPU.
        across: take the two characters of a different pair from all alphabets, as
            re-implementations do. These pairs are easier: accuracies on the two kinds are never
            to be compared.

    Returns:
        int64 [count, 2, 2]: for each pair two pictures, each as indices (character, drawer).

    Example:
        >>> from data.sources.glyphs import make_glyphs
        >>> characters = make_glyphs().characters(["Glyphs_01", "Glyphs_02"], [1, 2, 3], size=14)
        >>> pairs = draw_pairs(characters, 100, torch.Generator().manual_seed(0))
        >>> pairs.shape, int((pairs[:, 0, 0] == pairs[:, 1, 0]).sum())
        (torch.Size([100, 2, 2]), 50)
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
    # Two drawings of one character are always by two drawers. So are those of a different pair:
    # else a shared hand would give the answer away.
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
    """Yields an epoch's batches of sampled pairs (the paper's section 3.2).

    Args:
        characters: characters to draw from.
        pairs: how many pairs a batch holds.
        fixed: a fixed set of pairs, int64 [set, 2, 2] from `draw_pairs`, from which the epoch takes
            a random part, or all in several rounds; None draws new pairs.
        steps: how many batches.
        generator: random number generator on the CPU.
        across: as in `draw_pairs`; without effect on a fixed set.
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
        yield Batch(characters.pictures[row, drawer].unsqueeze(1), row, drawer)


def character_batches(
    characters: Characters,
    alphabets: int,
    per_batch: int,
    drawers: int,
    symmetries: bool,
    steps: int,
    generator: torch.Generator,
    extra_alphabets: int = 0,
    share: float = 0.0,
    composed: float = 0.0,
    marked: float = 0.0,
    bent: float = 0.0,
) -> Iterator[Batch]:
    """Yields an epoch's batches of confusable characters: all of one or a few alphabets.

    Args:
        characters: characters to draw from.
        alphabets: a batch takes at most `per_batch / alphabets` characters of one alphabet, and
            goes on with further alphabets until it is full. Where there are fewer alphabets, it is
            as if so many were asked for.
        per_batch: how many characters a batch holds.
        drawers: how many drawings of each character, each by another drawer.
        symmetries: turn each whole batch by a random multiple of 90 degrees, and mirror it or not.
        steps: how many batches.
        generator: on the CPU.
        extra_alphabets: how many alphabets, the last ones, are extra ones; a batch is of these or
            of the others alone.
        share: the part of the batches that are of extra alphabets.
        composed: the part of the batches whose characters are new ones, made of those drawn.
        marked: the part of these whose characters are near-copies of some of those drawn.
        bent: the part of the batches whose characters are bent, before anything is made of them.
    """
    own = len(characters.alphabets) - extra_alphabets
    for _ in range(steps):
        parts: list[Tensor] = []
        missing = per_batch
        first, count = 0, own
        if extra_alphabets and float(torch.rand((), generator=generator)) < share:
            first, count = own, extra_alphabets
        most = -(-per_batch // min(alphabets, count))
        for place in torch.randperm(count, generator=generator).tolist():
            rows = characters.characters_of[first + place]
            take = min(most, missing)
            parts.append(rows[torch.randperm(len(rows), generator=generator)[:take]])
            missing -= len(parts[-1])
            if missing == 0:
                break
        row = torch.cat(parts)
        hands = torch.rand(len(row), len(characters.drawers), generator=generator).argsort(1)
        row, hands = row.to(characters.device), hands[:, :drawers].to(characters.device)
        pictures = characters.pictures[row[:, None], hands]
        pictures = pictures.reshape(-1, 1, characters.size, characters.size)
        if symmetries:
            turn, mirror = torch.randint(4, (2,), generator=generator).tolist()
            pictures = torch.rot90(pictures, turn, (2, 3))
            pictures = pictures.flip(3) if mirror % 2 else pictures
        if bent and float(torch.rand((), generator=generator)) < bent:
            pictures = bend(pictures, hands.shape[1], generator)
        if composed and float(torch.rand((), generator=generator)) < composed:
            near = bool(marked) and float(torch.rand((), generator=generator)) < marked
            pictures = (mark if near else compose)(pictures, hands.shape[1], generator)
            made = len(pictures) // hands.shape[1]
            row, hands = row[:made], hands[:made]
        yield Batch(pictures, row.repeat_interleave(hands.shape[1]), hands.flatten())
