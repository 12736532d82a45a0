"""One-shot trials: the given runs, and seeded random ones."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import NamedTuple

import torch
from torch import Tensor

from data.characters import Characters


class OneShotRun(NamedTuple):
    """Twenty characters of one alphabet by two drawers: each query is compared with all supports.

    Attributes:
        alphabet: name of the alphabet.
        support_drawer: number (1 to 20) of the drawer of the one known picture per character.
        query_drawer: number of the drawer of the pictures to classify.
        characters: the characters' numbers within the alphabet, 1-based.
    """

    alphabet: str
    support_drawer: int
    query_drawer: int
    characters: tuple[int, ...]


def official_runs() -> tuple[OneShotRun, ...]:
    """Lake's 20 runs of 20 trials on the Omniglot evaluation set (the paper's section 4.3).

    All their pictures are pictures of the evaluation set, so a table of which ones is enough.
    """
    table = json.loads(files("data").joinpath("official_runs.json").read_text())
    return tuple(
        OneShotRun(r["alphabet"], r["support_drawer"], r["query_drawer"], tuple(r["characters"]))
        for r in table
    )


def run_pictures(characters: Characters, run: OneShotRun) -> tuple[Tensor, Tensor]:
    """Where a run's pictures are: (support, query), each int64 [way, 2] of character and drawer.

    Raises:
        KeyError: the characters do not hold the run's alphabet, drawers or characters.
    """
    index = {name: i for i, name in enumerate(characters.names)}
    rows = [index[f"{run.alphabet}/character{number:02d}"] for number in run.characters]
    columns = {drawer: j for j, drawer in enumerate(characters.drawers)}
    support = torch.tensor([[row, columns[run.support_drawer]] for row in rows])
    query = torch.tensor([[row, columns[run.query_drawer]] for row in rows])
    return support, query


def random_runs(characters: Characters, runs: int, way: int, seed: int) -> list[OneShotRun]:
    """Seeded random within-alphabet runs, the alphabets taken in turn.

    The paper's validation uses 320 such trials (section 4.3): 16 runs of 20 at `way` 20.
    Alphabets with fewer than `way` characters are passed over.
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
                tuple(int(characters.names[row][-2:]) for row in chosen.tolist()),
            )
        )
    return drawn
