"""Exact accuracy for every N at once, within alphabets and over all, against random trials."""

from __future__ import annotations

from math import sqrt

import pytest
import torch

from data.characters import Characters
from data.collection import Collection
from data.one_shot_runs import random_runs
from data.sources.mnist import as_characters
from data.splits import evaluation_characters, paper_splits
from model.config import Convolution, NetworkConfig
from model.evaluation.calibration import calibration
from model.evaluation.digits import digits_accuracy
from model.evaluation.embeddings import Embedded, embed
from model.evaluation.one_shot import embedded_runs, one_shot_runs
from model.evaluation.scores import one_shot_accuracies, one_shot_accuracy
from model.evaluation.unstructured import unstructured
from model.evaluation.verification import scored_pairs, verification, verify
from model.network.siamese import SiameseNetwork

NETWORK = NetworkConfig(
    size=20,
    convolutions=(Convolution(filters=8, kernel=5, pool=True), Convolution(filters=12, kernel=3)),
    units=24,
)
WAYS = range(2, 21)


@pytest.fixture(scope="module")
def network() -> SiameseNetwork:
    torch.manual_seed(0)
    return SiameseNetwork(NETWORK).eval()


@pytest.fixture(scope="module")
def characters(glyphs: Collection) -> Characters:
    return glyphs.characters(glyphs.evaluation[:3], (2, 5, 11, 17), NETWORK.size)


@pytest.fixture(scope="module")
def embedded(network: SiameseNetwork, characters: Characters) -> Embedded:
    return embed(network, characters)


@pytest.mark.parametrize("way", [2, 7, 20])
def test_random_trials_come_to_the_exact_accuracy(
    network: SiameseNetwork, characters: Characters, embedded: Embedded, way: int
) -> None:
    exact = one_shot_accuracies(embedded.scores(), WAYS)[way]
    sampled = one_shot_runs(network, characters, random_runs(characters, 600, way, seed=1))
    runs = torch.tensor(sampled.per_run, dtype=torch.float64)
    assert abs(exact.value - sampled.accuracy) < 3 * float(runs.std()) / sqrt(len(runs))
    assert exact.over(characters.alphabets) == exact
    first = characters.alphabets[0]
    assert exact.over([first]).value == exact.per_alphabet[first]


@pytest.mark.parametrize("way", [2, 20])
def test_random_trials_from_all_alphabets_come_to_the_unstructured_accuracy(
    network: SiameseNetwork, embedded: Embedded, way: int
) -> None:
    value, error = unstructured(embedded, [way])[way]
    generator = torch.Generator().manual_seed(0)
    right = []
    for _ in range(1500):
        chosen = torch.randperm(len(embedded.vectors), generator=generator)[:way]
        query, support = torch.randperm(4, generator=generator)[:2].tolist()
        with torch.inference_mode():
            left = embedded.vectors[chosen[0], query].expand(way, -1)
            scores = network.score_pairs(left, embedded.vectors[chosen, support])
        right.append(bool(scores.argmax() == 0))
    share = sum(right) / len(right)
    assert abs(value - share) < 3 * sqrt(share * (1 - share) / len(right))
    assert 0 < error < 0.2


def test_a_part_is_what_is_embedded_alone(
    network: SiameseNetwork, characters: Characters, embedded: Embedded
) -> None:
    chosen, drawers = characters.alphabets[2:0:-1], (17, 5)
    part = embedded.part(chosen, drawers)
    alone = embed(network, characters.of(chosen).by(drawers))
    assert torch.allclose(part.vectors, alone.vectors, atol=1e-6)
    assert part.characters.names == alone.characters.names
    assert one_shot_accuracy(part.scores(), 5) == one_shot_accuracy(alone.scores(), 5)


def test_what_is_measured_of_parts_of_an_embedding_is_what_its_parts_give_alone(
    network: SiameseNetwork, glyphs: Collection
) -> None:
    splits, everyone = paper_splits(glyphs), evaluation_characters(glyphs, 20, torch.device("cpu"))
    embedded = embed(network, everyone)
    assert embedded_runs(embedded, glyphs.runs) == one_shot_runs(network, everyone, glyphs.runs)
    validation, test = (
        scored_pairs(network, embedded.part(*split), seed) for seed, split in enumerate(splits[1:])
    )
    apart = (glyphs.characters(*split, 20) for split in splits[1:])
    assert verify(validation, test) == verification(network, *apart)
    assert 0 < calibration(validation, test).before.error < 1
    ways = one_shot_accuracies(embedded.scores(), WAYS)
    tested = one_shot_accuracy(embed(network, everyone.of(splits.test.alphabets)).scores(), 20)
    assert ways[20].over(splits.test.alphabets).value == pytest.approx(tested.value, abs=1e-4)


def test_digits_drawn_again_are_measured_alone(network: SiameseNetwork) -> None:
    digits = torch.randint(0, 256, (10, 40, 28, 28), dtype=torch.uint8)
    plain, redrawn = (
        digits_accuracy(embed(network, as_characters(digits, 20, redrawn=redrawn)))
        for redrawn in (False, True)
    )
    assert redrawn == digits_accuracy(embed(network, as_characters(digits, 20, redrawn=True)))
    assert plain != redrawn
    assert plain.runs.trials == redrawn.runs.trials == 400


def test_what_digits_are_taken_for_adds_up_to_their_accuracy(network: SiameseNetwork) -> None:
    digits = torch.randint(0, 256, (10, 40, 28, 28), dtype=torch.uint8)
    found = digits_accuracy(embed(network, as_characters(digits, 20, redrawn=False)))
    shares = torch.tensor(found.taken_for, dtype=torch.float64)
    assert shares.sum(1).tolist() == pytest.approx([1] * 10)
    assert float(shares.diagonal().mean()) == pytest.approx(found.value, abs=1e-6)
