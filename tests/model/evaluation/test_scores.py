"""What the scores of pictures say, against counting pair by pair."""

from __future__ import annotations

from itertools import product

import pytest
import torch

from data.collection import Collection
from data.splits import SearchData
from model.config import Convolution, NetworkConfig
from model.evaluation.embeddings import embed_all, scores_within
from model.evaluation.scores import (
    Scores,
    hardest_one_shot_trials,
    one_shot_accuracy,
    verification_accuracy,
)
from model.network.siamese import SiameseNetwork


@pytest.fixture(scope="module")
def data(glyphs: Collection) -> SearchData:
    return SearchData.of(glyphs, 14, torch.device("cpu"))


@pytest.fixture(scope="module")
def network() -> SiameseNetwork:
    torch.manual_seed(0)
    return SiameseNetwork(
        NetworkConfig(size=14, convolutions=[Convolution(filters=4, kernel=3)], units=8)
    )


@pytest.fixture(scope="module")
def scores(network: SiameseNetwork, data: SearchData) -> Scores:
    return scores_within(network, data.validation)


def test_scores_are_those_of_each_pair(
    network: SiameseNetwork, data: SearchData, scores: Scores
) -> None:
    embeddings = embed_all(network, data.validation)
    assert tuple(scores) == data.validation.alphabets
    first = data.validation.characters_of[1]
    of_alphabet = scores[data.validation.alphabets[1]]
    for (c, d), (e, f) in product(product(range(3), range(2)), repeat=2):
        pair = network.score_pairs(embeddings[first[c], d][None], embeddings[first[e], f][None])
        assert of_alphabet[c, d, e, f] == pytest.approx(pair.item(), abs=1e-3)


def test_verification_is_the_best_threshold_over_all_pairs_of_two_drawers(scores: Scores) -> None:
    groups = [
        (
            same,
            torch.tensor(
                [
                    of_alphabet[c, d, e, f]
                    for c, e in product(range(of_alphabet.shape[0]), repeat=2)
                    for d, f in product(range(of_alphabet.shape[1]), repeat=2)
                    if d < f and (c == e) == same
                ]
            ),
        )
        for of_alphabet, same in product(scores.values(), (True, False))
    ]

    def accuracy(threshold: float) -> float:
        right = [((values > threshold) == same).double().mean() for same, values in groups]
        return float(sum(right)) / len(right)

    found = verification_accuracy(scores).value
    assert 0.5 < found < 1
    some = torch.cat([values for _, values in groups]).sort().values[::50].tolist()
    assert max(map(accuracy, some)) == pytest.approx(found, abs=0.01)
    assert found >= max(map(accuracy, some)) - 1e-6


@pytest.mark.parametrize(("likeness", "expected"), [(1.0, 1.0), (0.0, 0.5), (-1.0, 0.5)])
def test_verification_at_its_ends(likeness: float, expected: float) -> None:
    same = likeness * torch.eye(3)[:, None, :, None].expand(3, 2, 3, 2)
    assert verification_accuracy({"one": same, "two": same}).value == pytest.approx(expected)


def test_the_hardest_trial_of_each_alphabet(scores: Scores) -> None:
    hardest = hardest_one_shot_trials(scores)
    assert {trial.alphabet for trial in hardest} == scores.keys()
    assert [trial.margin for trial in hardest] == sorted(trial.margin for trial in hardest)
    for trial in hardest:
        of_alphabet = scores[trial.alphabet]
        count, drawers = of_alphabet.shape[:2]
        margins = {
            (c, d, f, e): float(of_alphabet[c, d, c, f] - of_alphabet[c, d, e, f])
            for c, e in product(range(count), repeat=2)
            for d, f in product(range(drawers), repeat=2)
            if c != e and d != f
        }
        named = (*trial.query, trial.right.drawer, trial.chosen.character)
        assert margins[named] == min(margins.values()) == pytest.approx(trial.margin)
        assert trial.right.character == trial.query.character
        assert trial.chosen.drawer == trial.right.drawer


def test_where_scores_are_no_numbers_every_answer_is_wrong(scores: Scores) -> None:
    broken = {alphabet: of.clone() for alphabet, of in scores.items()}
    first, *others = broken
    broken[first].fill_(torch.nan)
    found = one_shot_accuracy(broken, 3).per_alphabet
    right = one_shot_accuracy(scores, 3).per_alphabet
    assert found == right | {first: 0.0}
    assert all(right[alphabet] > 0 for alphabet in others)
