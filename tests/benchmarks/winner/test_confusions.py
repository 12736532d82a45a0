"""What a network takes for what: counted over every pair of drawers, and shown."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from benchmarks.winner import confusions
from data.collection import Collection
from data.splits import paper_splits
from model.config import Convolution, LayerConfig, NetworkConfig, RunConfig, TrainConfig
from model.evaluation.scores import choices
from model.network.siamese import SiameseNetwork
from model.network.weights import save_network


def test_choices_are_over_every_pair_of_drawers() -> None:
    # [character, query's drawer, character, support's drawer]; a drawer's own pairs do not count.
    scores = torch.zeros(3, 3, 3, 3)
    for character in range(3):
        scores[character, :, character] = 1
        scores[character, range(3), (character + 1) % 3, range(3)] = 9
    scores[0, 0, 1, 1] = scores[0, 0, 1, 2] = scores[0, 2, 1, 0] = 2
    scores[1, 1, 0, 2] = 2
    shares = choices(scores)
    assert shares.tolist() == [[3 / 6, 3 / 6, 0], [1 / 6, 5 / 6, 0], [0, 0, 1]]
    first, *others = confusions.confusions(shares)
    assert first == confusions.Confusion(0, 1, 3 / 6, 1 / 6)
    assert {(pair.forth, pair.back) for pair in others} == {(0, 0)}
    turned = confusions.confusions(shares.flip(0, 1))
    assert turned[0] == confusions.Confusion(2, 1, 3 / 6, 1 / 6)


def test_the_most_confused_pairs_and_their_part_of_all_errors() -> None:
    shares = torch.zeros(5, 5, dtype=torch.float64)
    wrong = {(0, 1): 0.3, (1, 0): 0.2, (4, 2): 0.4, (3, 1): 0.1, (0, 2): 0.05}
    for (one, other), share in wrong.items():
        shares[one, other] = share
    told = confusions.described("Runes", 0.8, shares, [f"Runes/character0{n}" for n in range(5)])
    assert told["pairs"] == 10
    assert told["share_of_errors"] == pytest.approx(1)
    assert told["wrong_among_all"] == pytest.approx(1.05 / 5)
    most = [(pair["one"][-1], pair["other"][-1]) for pair in told["confused"]]
    assert most[:4] == [("0", "1"), ("4", "2"), ("3", "1"), ("0", "2")]
    assert len(most) == 6
    shares[:4, 4] = 0.5  # three pairs more, and the least of all is not among the six
    told = confusions.described("Runes", 0.8, shares, [f"Runes/character0{n}" for n in range(5)])
    assert told["share_of_errors"] == pytest.approx(3 / 3.05)


def test_a_networks_weakest_alphabets_are_written_and_drawn(
    tmp_path: Path, glyphs: Collection, run: Callable[..., None]
) -> None:
    config = RunConfig(
        network=NetworkConfig(size=14, convolutions=(Convolution(filters=4, kernel=3),), units=8),
        train=TrainConfig(seed=7, layers=(LayerConfig(learning_rate=0.1),) * 3),
    )
    save_network(SiameseNetwork(config.network), config, tmp_path / "best.safetensors")
    words = (tmp_path / "best.safetensors", tmp_path / "to" / "weak")
    run(confusions.main, *words, "--alphabets", 2, "--dataset", "glyphs")
    document = json.loads((tmp_path / "to" / "weak.json").read_text())
    assert document["fingerprint"] == glyphs.fingerprint
    assert document["seeds"] == [7]
    splits = paper_splits(glyphs)
    for split, alphabets in (
        ("validation", splits.validation.alphabets),
        ("test", splits.test.alphabets),
    ):
        found = document[split]
        assert found["per_alphabet"].keys() == set(alphabets)
        assert np.mean(list(found["per_alphabet"].values())) == pytest.approx(found["accuracy"])
        accuracies = [told["accuracy"] for told in found["weakest"]]
        assert accuracies == sorted(found["per_alphabet"].values())[:2]
        for told in found["weakest"]:
            # Twenty of an alphabet's 22 characters are an easier trial than all.
            assert told["accuracy"] > 1 - told["wrong_among_all"]
            assert all(pair["one"].startswith(told["alphabet"]) for pair in told["confused"])
    width, height = Image.open(tmp_path / "to" / "weak.png").size
    assert width > 1000 < 1.6 * height
