"""Where scores are no numbers, every measure counts the answer as wrong."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import torch
from torch import Tensor

from data.characters import Characters
from data.collection import Collection
from data.one_shot_runs import random_runs
from model.config import Convolution, NetworkConfig
from model.evaluation.embeddings import Embedded
from model.evaluation.one_shot import embedded_runs, one_shot_exact, one_shot_runs, predict_runs
from model.evaluation.scores import one_shot_accuracy
from model.evaluation.unstructured import unstructured
from model.network.siamese import SiameseNetwork

NETWORK = NetworkConfig(size=14, convolutions=(Convolution(filters=4, kernel=5),), units=8)
NONE = [torch.nan, torch.inf, -torch.inf]


@pytest.fixture(scope="module")
def characters(glyphs: Collection) -> Characters:
    return glyphs.characters(["Glyphs_41", "Glyphs_42"], [17, 18], NETWORK.size)


@dataclass(frozen=True)
class Same:
    """Finds characters of one number alike; those of some numbers have no score."""

    value: float
    lost: tuple[int, ...]

    def score(self, left: Tensor, right: Tensor) -> Tensor:
        scores = (left == right.T).float()
        for number in self.lost:
            scores[(left == number).expand_as(scores)] = self.value
        return scores

    def score_within(self, embeddings: Tensor) -> Tensor:
        return self.score(embeddings, embeddings)


def numbered(characters: Characters, value: float, lost: tuple[int, ...]) -> Embedded:
    """Characters whose embeddings are their numbers."""
    numbers = torch.arange(len(characters.names)).float()
    vectors = numbers[:, None, None].expand(-1, len(characters.drawers), 1)
    return Embedded(Same(value, lost), characters, vectors)


@pytest.mark.parametrize("value", NONE)
def test_every_measure_counts_the_same_answers_as_wrong(
    characters: Characters, value: float
) -> None:
    way = 10
    runs = random_runs(characters, 40, way, seed=0)
    for lost in ((), (0,), tuple(range(0, 100, 2)), tuple(range(100))):
        embedded = numbered(characters, value, lost)
        right = sum(number not in lost for number in range(len(characters.names)))
        share = right / len(characters.names)
        exact = one_shot_accuracy(embedded.scores(), way).value
        assert exact == pytest.approx(share, abs=0.03)
        assert embedded_runs(embedded, runs).accuracy == pytest.approx(share, abs=0.1)
        if share in (0, 1):
            assert embedded_runs(embedded, runs).accuracy == exact == share


def test_pictures_of_all_alphabets_that_have_no_scores_are_answered_wrongly(
    characters: Characters,
) -> None:
    every = numbered(characters, torch.nan, tuple(range(100)))
    assert unstructured(every, [5])[5][0] == 0

    class Halves(Same):
        def score(self, left: Tensor, right: Tensor) -> Tensor:
            """Each is like itself, and like half of the others there is no telling how much."""
            scores = (left == right.T).float()
            odd = ((left + right.T) % 2 == 1).expand_as(scores)
            return scores.masked_fill(odd, torch.nan)

    some = Embedded(Halves(torch.nan, ()), characters, every.vectors)
    assert unstructured(some, [len(characters.names)])[len(characters.names)][0] == 0


def test_a_network_without_scores_answers_nothing(characters: Characters) -> None:
    torch.manual_seed(0)
    network = SiameseNetwork(NETWORK).eval()
    for parameter in network.parameters():
        parameter.data.mul_(1e37)
    runs = random_runs(characters, 20, 20, seed=0)
    assert {int(answer) for run in predict_runs(network, characters, runs) for answer in run} == {
        -1
    }
    found = one_shot_runs(network, characters, runs)
    assert found.accuracy == one_shot_exact(network, characters).value == 0
    assert found.trials == 400
