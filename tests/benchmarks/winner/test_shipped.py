"""The network that comes with the project: its card, its weights, and what rounding them costs."""

from __future__ import annotations

import pytest
import torch

from benchmarks.winner.card import card
from benchmarks.winner.shipped import at_16_bits, official_answers
from data.collection import Collection
from data.errors import WorkFailed
from hpo.finish.held_out import one_shot_test
from hpo.runtime.files import read_json
from hpo.storage.shipped import shipped_network
from model.network.weights import load_network, read_tensors

CPU = torch.device("cpu")


def test_the_card_has_the_figures_of_the_results() -> None:
    folder = shipped_network()
    document = read_json(folder.results)
    assert document is not None
    _, config = load_network(folder.weights)
    written = (folder.folder / "README.md").read_text()
    assert written == card(document, config, folder.weights.stat().st_size)
    assert "+changes" not in document["commit"]
    assert "/" not in document["command"].replace("runs/", "")


def test_the_weights_have_16_bits_and_fit_a_release() -> None:
    weights = shipped_network().weights
    tensors, _ = read_tensors(weights)
    floats = [tensor for tensor in tensors.values() if tensor.is_floating_point()]
    assert {tensor.dtype for tensor in floats} == {torch.float16}
    assert weights.stat().st_size < 9.5e6


def test_the_network_has_the_figures_of_its_card(omniglot: Collection) -> None:
    folder = shipped_network()
    network, _ = load_network(folder.weights)
    document = read_json(folder.results)
    assert document is not None
    network.eval()
    right = official_answers(network, omniglot) == torch.arange(20).repeat(len(omniglot.runs))
    said = document["test"]["one_shot"]
    assert right.double().mean() == pytest.approx(said["one_shot_accuracy"], abs=0.003)
    test = one_shot_test(network, omniglot, CPU)
    assert test.every_drawer_pair_accuracy == pytest.approx(
        said["every_drawer_pair_accuracy"], abs=0.001
    )


def test_weights_too_large_for_16_bits_are_refused() -> None:
    small = at_16_bits({"weights": torch.tensor([1.5]), "steps": torch.tensor(100_000)})
    assert small["weights"].dtype == torch.float16
    assert small["steps"].item() == 100_000
    with pytest.raises(WorkFailed, match="variance: too large for float16"):
        at_16_bits({"variance": torch.tensor([1e6])})
