"""The fast evaluation against counting by hand, pair by pair."""

from __future__ import annotations

import pytest
import torch

from data.characters import Characters
from data.collection import Collection
from data.one_shot_runs import random_runs, run_pictures
from data.splits import paper_splits
from model.config import Convolution, NetworkConfig
from model.evaluation.embeddings import embed_all
from model.evaluation.one_shot import one_shot_exact, one_shot_runs, predict_runs
from model.network.siamese import SiameseNetwork

NETWORK = NetworkConfig(
    size=20,
    convolutions=(Convolution(filters=8, kernel=5, pool=True), Convolution(filters=12, kernel=3)),
    units=24,
)


@pytest.fixture(scope="module")
def network() -> SiameseNetwork:
    torch.manual_seed(0)
    return SiameseNetwork(NETWORK).eval()


@pytest.fixture(scope="module")
def validation(glyphs: Collection) -> Characters:
    alphabets, drawers = paper_splits(glyphs).validation
    return glyphs.characters(alphabets[:3], drawers[:3], NETWORK.size)


def test_exact_accuracy_is_what_many_random_trials_come_to(
    network: SiameseNetwork, validation: Characters
) -> None:
    embeddings = embed_all(network, validation)
    generator = torch.Generator().manual_seed(0)
    for way in (2, 20):
        exact = one_shot_exact(network, validation, way)
        sampled = []
        for alphabet in range(3):
            rows = validation.characters_of[alphabet]
            scores = network.score(embeddings[rows].flatten(0, 1), embeddings[rows].flatten(0, 1))
            scores = scores.view(len(rows), 3, len(rows), 3).detach()
            right = 0
            for _ in range(2000):
                chosen = torch.randperm(len(rows), generator=generator)[:way]
                query, support = torch.randperm(3, generator=generator)[:2].tolist()
                answer = scores[chosen[0], query, chosen, support].argmax()
                right += int(answer == 0)
            sampled.append(right / 2000)
            name = validation.alphabets[alphabet]
            assert exact.per_alphabet[name] == pytest.approx(sampled[-1], abs=0.045)
        assert exact.value == pytest.approx(sum(sampled) / 3, abs=0.025)
        assert exact.standard_error > 0


def test_two_way_accuracy_counts_every_pair_of_characters(
    network: SiameseNetwork, validation: Characters
) -> None:
    rows = validation.characters_of[0]
    embeddings = embed_all(network, validation)[rows]
    right = trials = 0
    for query in range(3):
        for support in range(3):
            if query == support:
                continue
            scores = network.score(embeddings[:, query], embeddings[:, support])
            for character in range(len(rows)):
                for wrong in range(len(rows)):
                    if wrong != character:
                        trials += 1
                        right += int(scores[character, character] > scores[character, wrong])
    exact = one_shot_exact(network, validation, 2).per_alphabet[validation.alphabets[0]]
    assert exact == pytest.approx(right / trials, abs=1e-6)


def test_runs_are_predicted_as_pair_by_pair(
    network: SiameseNetwork, validation: Characters
) -> None:
    runs = random_runs(validation, 4, 20, seed=3)
    answers = predict_runs(network, validation, runs)
    correct = 0
    for run, answer in zip(runs, answers, strict=True):
        support, query = run_pictures(validation, run)
        supports = validation.pictures[support[:, 0], support[:, 1]].unsqueeze(1).float() / 255
        for position, (character, drawer) in enumerate(query.tolist()):
            picture = validation.pictures[character, drawer].float()[None, None] / 255
            with torch.inference_mode():
                left, right = network.embed(picture.expand(20, -1, -1, -1)), network.embed(supports)
            best = int(network.score_pairs(left, right).argmax())
            assert int(answer[position]) == best
            correct += best == position
    accuracy = one_shot_runs(network, validation, runs)
    assert accuracy.accuracy == correct / 80
    assert accuracy.trials == 80
    assert sum(accuracy.per_run) / 4 == pytest.approx(accuracy.accuracy)


def test_a_tie_is_no_right_answer(validation: Characters) -> None:
    network = SiameseNetwork(NETWORK).eval()
    torch.nn.init.zeros_(network.output.weight)  # every pair is as similar as any other
    for way in (2, 20):
        exact = one_shot_exact(network, validation, way)
        assert exact.value == 0
        assert set(exact.per_alphabet.values()) == {0}
    # A run's query has to be given an answer: of equals the first, which is a guess.
    runs = random_runs(validation, 3, 20, seed=5)
    assert all(answer.tolist() == [0] * 20 for answer in predict_runs(network, validation, runs))
    guessed = one_shot_runs(network, validation, runs)
    assert guessed.per_run == [1 / 20] * 3


def test_an_alphabet_with_too_few_characters_is_refused(
    network: SiameseNetwork, validation: Characters
) -> None:
    with pytest.raises(ValueError, match="too few"):
        one_shot_exact(network, validation, 100)
