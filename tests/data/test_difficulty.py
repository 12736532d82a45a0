"""How far one gets without learning: 1-nearest-neighbour on raw pixels, 20-way."""

from __future__ import annotations

import pytest
import torch
from torch.nn.functional import normalize

from data.collection import Collection
from data.one_shot_runs import run_pictures
from data.splits import held_out_characters


def _nearest_neighbour(collection: Collection, size: int, cosine: bool) -> float:
    """Accuracy over the collection's given runs, by Euclidean distance or by cosine."""
    characters = held_out_characters(collection, size, torch.device("cpu"))
    right = 0
    for run in collection.runs:
        support, query = (
            characters.pictures[where[:, 0], where[:, 1]].flatten(1).double()
            for where in run_pictures(characters, run)
        )
        if cosine:
            support, query = normalize(support), normalize(query)
        nearest = torch.cdist(query, support).argmin(dim=1)
        right += int((nearest == torch.arange(len(query))).sum())
    return right / sum(len(run.characters) for run in collection.runs)


def test_omniglots_official_runs(omniglot: Collection) -> None:
    assert _nearest_neighbour(omniglot, 105, cosine=False) == 76 / 400
    # The paper's table has 21.7 % for the nearest neighbour.
    assert _nearest_neighbour(omniglot, 105, cosine=True) == 87 / 400


@pytest.mark.parametrize("size", [105, 35])
@pytest.mark.parametrize("cosine", [False, True])
def test_glyphs_are_hard_for_raw_pixels(glyphs: Collection, size: int, cosine: bool) -> None:
    assert 0.05 < _nearest_neighbour(glyphs, size, cosine) < 0.5
