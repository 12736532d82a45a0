"""Glyphs: alphabets of stroke-drawn characters that the program makes up, for want of Omniglot.

Each alphabet has a style, and its characters share strokes, so that they are confusable.
Everything follows from one fixed seed.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from data.collection import DRAWERS, Collection
from data.one_shot_runs import OneShotRun
from data.sources import handwriting
from data.sources.cache import read_cache, write_cache
from data.sources.handwriting import MOST_STROKES, POINTS, Floats, handwritten

SEED = 2015
BACKGROUND, EVALUATION, TESTED = 30, 20, 10
WAY = 20
LEAST_DISTANCE = 0.16
"""Least distance between two characters of an alphabet, in half widths of a character."""


class Style(NamedTuple):
    """An alphabet's style, which its characters share.

    Attributes:
        kinds: probabilities of straight strokes, corners, arcs, waves, loops, hooks.
        strokes: probabilities of 1, 2, 3 and 4 strokes.
        roundness: 0 draws corners sharp, 1 round.
        snapped: probability that a stroke starts off in one of eight directions.
        mirrored: probability that a stroke is the mirror image of the one before.
    """

    kinds: Floats
    strokes: Floats
    roundness: float
    snapped: float
    mirrored: float


def make_glyphs() -> Collection:
    """Makes the glyphs: 30 alphabets to train on, 10 to validate on, 10 to test on.

    Each test alphabet has two one-shot runs. Every call gives equal pictures, which are kept in
    the user's cache folder until the generator changes. The fingerprint is the SHA-256 over all
    packed pictures, characters in order and drawers 1 to 20.

    Example:
        >>> glyphs = make_glyphs()
        >>> len(glyphs.background), len(glyphs.evaluation), len(glyphs.runs)
        (30, 20, 20)
    """
    alphabets = [f"Glyphs_{number + 1:02d}" for number in range(BACKGROUND + EVALUATION)]
    generators = [np.random.default_rng([SEED, number]) for number in range(len(alphabets))]
    counts = [_characters_in(number, rng) for number, rng in enumerate(generators)]
    origin = hashlib.sha256(
        b"".join(Path(file).read_bytes() for file in (__file__, handwriting.__file__))
        + np.__version__.encode()
    ).hexdigest()
    packed = read_cache("glyphs", origin)
    if packed is None:
        drawn = [_draw_alphabet(n, rng) for n, rng in zip(counts, generators, strict=True)]
        packed = np.concatenate(drawn)
        write_cache("glyphs", origin, packed)
    return Collection(
        name="glyphs",
        fingerprint=hashlib.sha256(packed.tobytes()).hexdigest(),
        packed=packed,
        names=tuple(
            f"{alphabet}/character{number:02d}"
            for alphabet, count in zip(alphabets, counts, strict=True)
            for number in range(1, count + 1)
        ),
        background=tuple(alphabets[:BACKGROUND]),
        evaluation=tuple(alphabets[BACKGROUND:]),
        runs=tuple(
            run
            for alphabet, count in list(zip(alphabets, counts, strict=True))[-TESTED:]
            for run in _runs(alphabet, count)
        ),
    )


def _characters_in(alphabet: int, rng: np.random.Generator) -> int:
    return int(rng.integers(WAY, WAY + 9)) if alphabet < BACKGROUND else WAY + 2


def _runs(alphabet: str, characters: int) -> list[OneShotRun]:
    """Draws an alphabet's two one-shot runs, by four different drawers."""
    rng = np.random.default_rng([SEED, *alphabet.encode()])
    drawers = (rng.permutation(DRAWERS)[:4] + 1).tolist()
    chosen = [(rng.permutation(characters)[:WAY] + 1).tolist() for _ in range(2)]
    return [
        OneShotRun(alphabet, drawers[2 * i], drawers[2 * i + 1], tuple(chosen[i])) for i in range(2)
    ]


def _draw_alphabet(count: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draws an alphabet's pictures: bits, uint8 [characters, 20, 1379]."""
    style = _style(rng)
    radicals = [_stroke(style, rng) for _ in range(6)]  # on which many of the characters are built
    characters: list[Floats] = []
    while len(characters) < count:
        character = _character(style, radicals, characters, rng)
        if all(_distance(character, other) > LEAST_DISTANCE for other in characters):
            characters.append(character)
    strokes = np.zeros((count, MOST_STROKES, POINTS, 2))
    there = np.zeros((count, MOST_STROKES), dtype=bool)
    for row, character in enumerate(characters):
        strokes[row, : len(character)] = character
        there[row, : len(character)] = True
    return handwritten(strokes, there, style.roundness, rng)


def _style(rng: np.random.Generator) -> Style:
    return Style(
        kinds=rng.dirichlet(np.full(6, 0.7)),
        strokes=rng.dirichlet([0.8, 2.0, 2.0, 1.0]),
        roundness=float(rng.choice([0.15, 0.6, 1.0])),
        snapped=float(rng.uniform(0, 0.9)),
        mirrored=float(rng.uniform(0, 0.3)),
    )


def _stroke(style: Style, rng: np.random.Generator) -> Floats:
    """Draws the control points of one stroke: [6, 2], in a square from -1 to 1."""
    turn, sign = rng.uniform(0.7, 1.4), rng.choice([-1.0, 1.0])
    corner = [0, 2 * turn, 0, 0] if rng.random() < 0.6 else [1.8 * turn, 0, 0, -1.8 * turn]
    arc, wave = [0.6 * turn] * 4, [turn, turn, -turn, -turn]
    loop, hook = [1.15 * turn] * 4, [0, 0, 1.2 * turn, 1.2 * turn]
    turns = sign * np.array([[0] * 4, corner, arc, wave, loop, hook][rng.choice(6, p=style.kinds)])
    if rng.random() < 0.5:
        turns = turns[::-1]
    heading = rng.uniform(0, 2 * np.pi)
    if rng.random() < style.snapped:
        heading = np.round(heading / (np.pi / 4)) * (np.pi / 4)
    angles = heading + np.concatenate([[0], np.cumsum(turns)])
    steps = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    points = np.concatenate([np.zeros((1, 2)), np.cumsum(steps, axis=0)])
    points *= rng.uniform(0.7, 2.0) / np.ptp(points, axis=0).max()
    low, high = points.min(axis=0), points.max(axis=0)
    placed: Floats = points - low - 1 + rng.uniform(size=2) * (2 - (high - low))
    return placed


def _character(
    style: Style, radicals: list[Floats], others: list[Floats], rng: np.random.Generator
) -> Floats:
    """Draws a character's control points: [strokes, 6, 2], from -1 to 1 along its longer side."""
    strokes: list[Floats] = []
    count = 1 + int(rng.choice(MOST_STROKES, p=style.strokes))
    if others and rng.random() < 0.3:  # like another character but for one stroke
        strokes = list(others[rng.integers(len(others))])
        strokes.pop(rng.integers(len(strokes)))
        count = len(strokes) + 1
    while len(strokes) < count:
        if strokes and rng.random() < style.mirrored:
            new = strokes[-1] * ([-1, 1] if rng.random() < 0.7 else [1, -1])
        elif rng.random() < 0.4:
            new = radicals[rng.integers(len(radicals))]
        else:
            new = _stroke(style, rng)
            if strokes and rng.random() < 0.6:  # starts on a stroke that is there
                new = new - new[0] + strokes[-1][rng.choice([0, 2, 3, 5])]
        strokes.append(new)
    character = np.stack(strokes)
    low, high = character.min(axis=(0, 1)), character.max(axis=(0, 1))
    scaled: Floats = (character - (low + high) / 2) / ((high - low).max() / 2)
    return scaled


def _distance(one: Floats, other: Floats) -> float:
    """Mean distance from each control point of either character to the other's nearest."""
    apart = np.linalg.norm(one.reshape(-1, 1, 2) - other.reshape(1, -1, 2), axis=-1)
    return float(max(apart.min(axis=0).mean(), apart.min(axis=1).mean()))
