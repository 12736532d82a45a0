"""The baselines: their published accuracies on the official runs, and distances counted by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from data.collection import Collection
from data.one_shot_runs import official_runs
from data.splits import held_out_characters
from model.evaluation.baselines import modified_hausdorff, nearest_neighbour
from model.evaluation.one_shot import embedded_runs

CPU = torch.device("cpu")


def test_modified_hausdorff_is_that_of_a_loop_over_points(glyphs: Collection) -> None:
    characters = glyphs.characters(glyphs.evaluation[:1], (1, 2, 3), 35)
    embedded = modified_hausdorff(characters)
    scores = embedded.likeness.score(embedded.vectors[:4, 0], embedded.vectors[:5, 2])

    def points(row: int, column: int) -> list[tuple[float, float]]:
        found = np.argwhere(characters.pictures[row, column].numpy() > 0).astype(float)
        return [tuple(point) for point in found - found.mean(0)]

    def directed(one: list[tuple[float, float]], other: list[tuple[float, float]]) -> float:
        return sum(min(np.hypot(a - c, b - d) for c, d in other) for a, b in one) / len(one)

    for i in range(4):
        for j in range(5):
            left, right = points(i, 0), points(j, 2)
            wanted = max(directed(left, right), directed(right, left))
            assert float(scores[i, j]) == pytest.approx(-wanted, abs=1e-4)


def test_nearest_neighbour_is_euclidean(glyphs: Collection) -> None:
    characters = glyphs.characters(glyphs.evaluation[:1], (1, 2), 20)
    embedded = nearest_neighbour(characters)
    scores = embedded.likeness.score(embedded.vectors[:3, 0], embedded.vectors[:, 1])
    left, right = (characters.pictures[:, c].numpy().astype(float) for c in (0, 1))
    apart = [[np.linalg.norm(a - b) for b in right] for a in left[:3]]
    assert (-scores).sqrt().numpy() == pytest.approx(np.array(apart))


def test_accuracies_on_the_official_runs(omniglot: Collection) -> None:
    characters = held_out_characters(omniglot, 105, CPU)
    runs = official_runs()
    drawers = {d for run in runs for d in (run.support_drawer, run.query_drawer)}
    characters = characters.by(tuple(sorted(drawers)))
    assert embedded_runs(nearest_neighbour(characters), runs).accuracy == 76 / 400
    # All twenty, three quarters of a minute, come to 245 of 400; the first three are enough here.
    assert embedded_runs(modified_hausdorff(characters), runs[:3]).accuracy == 36 / 60
