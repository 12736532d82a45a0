"""One-shot runs: the official ones, and seeded random ones."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import NamedTuple

import torch
from torch import Tensor

from data.characters import Characters


class OneShotRun(NamedTuple):
    """A one-shot run: characters of one alphabet, supports by one drawer, queries by another.

    Each query is one one-shot trial: which of the supports shows its character? A run of 20
    characters is 20 one-shot trials, each 20-way.

    Attributes:
        alphabet: name of the alphabet.
        support_drawer: number, from 1 on, of the drawer of the supports, one known picture of each
            character.
        query_drawer: number of the drawer of the queries, the pictures to classify.
        characters: the characters' numbers within the alphabet, 1-based.
    """

    alphabet: str
    support_drawer: int
    query_drawer: int
    characters: tuple[int, ...]


def official_runs() -> tuple[OneShotRun, ...]:
    """Lake's 20 runs of 20 one-shot trials on Omniglot's test alphabets (the paper's section 4.3).

    Their pictures are among those of the evaluation set, so a table of indices is enough.

    Example:
        >>> runs = official_runs()
        >>> len(runs), len(runs[0].characters)
        (20, 20)
    """
    table = json.loads(files(__package__).joinpath("official_runs.json").read_text())
    return tuple(
        OneShotRun(r["alphabet"], r["support_drawer"], r["query_drawer"], tuple(r["characters"]))
        for r in table
    )


def run_pictures(characters: Characters, run: OneShotRun) -> tuple[Tensor, Tensor]:
    """Finds a run's pictures among the characters.

    Returns:
        The support and the query, each int64 [way, 2]: a row holds the indices of a picture's
        character and drawer in `characters.pictures`.

    Raises:
        KeyError: the characters do not hold the run's alphabet, drawers or characters.
    """
    index = {
        (alphabet, number): row
        for alphabet, rows in zip(characters.alphabets, characters.characters_of, strict=True)
        for number, row in enumerate(rows.tolist(), start=1)
    }
    rows = [index[run.alphabet, number] for number in run.characters]
    columns = {drawer: j for j, drawer in enumerate(characters.drawers)}
    support = torch.tensor([[row, columns[run.support_drawer]] for row in rows])
    query = torch.tensor([[row, columns[run.query_drawer]] for row in rows])
    return support, query


def random_runs(characters: Characters, runs: int, way: int, seed: int) -> list[OneShotRun]:
    """Draws random one-shot runs within alphabets, the alphabets taken in turn.

    The paper validates on 320 one-shot trials (section 4.3): 16 runs, 20-way.

    Args:
        characters: characters to draw from, without alphabets of fewer than `way` characters.
        runs: how many runs.
        way: how many characters a run has.
        seed: equal seeds give equal runs.

    Example:
        >>> from data.sources.glyphs import make_glyphs
        >>> characters = make_glyphs().characters(["Glyphs_31"], [13, 14], size=14)
        >>> run, = random_runs(characters, runs=1, way=5, seed=0)
        >>> run.alphabet, len(run.characters)
        ('Glyphs_31', 5)
    """
    generator = torch.Generator().manual_seed(seed)
    eligible = [a for a, rows in enumerate(characters.characters_of) if len(rows) >= way]
    drawn = []
    for number in range(runs):
        alphabet = eligible[number % len(eligible)]
        rows = characters.characters_of[alphabet]
        chosen = rows[torch.randperm(len(rows), generator=generator)[:way]]
        support, query = torch.randperm(len(characters.drawers), generator=generator)[:2].tolist()
        drawn.append(
            OneShotRun(
                characters.alphabets[alphabet],
                characters.drawers[support],
                characters.drawers[query],
                tuple((chosen - rows[0] + 1).tolist()),
            )
        )
    return drawn
