"""Networks as programs give what the networks give, on any number of pictures."""

from __future__ import annotations

import json
from pathlib import Path

import onnx
import pytest
import torch
from captum.attr import IntegratedGradients
from torchinfo import summary

from data.errors import WorkFailed
from model.config import Convolution, LayerConfig, NetworkConfig, RunConfig, TrainConfig
from model.network import programs
from model.network.programs import (
    ProgramForm,
    onnx_program,
    torch_program,
    write_programs,
)
from model.network.siamese import SiameseNetwork

CONFIG = RunConfig(
    network=NetworkConfig(
        size=20,
        convolutions=(
            Convolution(filters=6, kernel=3, pool=True, padding=True),
            Convolution(filters=8, kernel=3),
        ),
        units=12,
        batch_norm=True,
        centred=True,
        resized=0.6,
        copies=3,
    ),
    train=TrainConfig(layers=(LayerConfig(learning_rate=0.1),) * 4, temperature=0.5),
)


@pytest.fixture(scope="module")
def network() -> SiameseNetwork:
    torch.manual_seed(2)
    network = SiameseNetwork(CONFIG.network)
    torch.nn.init.normal_(network.output.weight)  # alphas of both signs
    network(torch.rand(9, 1, 20, 20), torch.rand(9, 1, 20, 20))  # norms that are not 0 and 1
    return network.eval()


@pytest.fixture(scope="module")
def written(
    network: SiameseNetwork, tmp_path_factory: pytest.TempPathFactory
) -> dict[ProgramForm, list[Path]]:
    """The files of both forms: embed, then score."""
    folder = tmp_path_factory.mktemp("programs")
    forms: tuple[ProgramForm, ...] = ("onnx", "torch")
    return {form: list(write_programs(network, CONFIG, form, folder)) for form in forms}


@pytest.mark.parametrize("form", ["onnx", "torch"])
def test_programs_give_the_networks_embeddings_and_scores_of_any_number_of_pictures(
    form: ProgramForm, network: SiameseNetwork, written: dict[ProgramForm, list[Path]]
) -> None:
    load = onnx_program if form == "onnx" else torch_program
    embed, score = (load(file.read_bytes()) for file in written[form])
    for queries, supports in ((1, 1), (7, 20), (400, 3)):
        query, support = (torch.rand(n, 1, 20, 20) for n in (queries, supports))
        with torch.inference_mode():
            known, new = network.embed(support), network.embed(query)
            wanted = network.score(new, known)
        torch.testing.assert_close(embed(query), new, atol=1e-4, rtol=0)
        torch.testing.assert_close(score(query, support), wanted, atol=1e-4, rtol=0)


def test_an_onnx_file_says_what_its_pictures_are_and_how_scores_become_probabilities(
    written: dict[ProgramForm, list[Path]],
) -> None:
    model = onnx.load(written["onnx"][1])
    onnx.checker.check_model(model, full_check=True)
    about = {entry.key: json.loads(entry.value) for entry in model.metadata_props if entry.value}
    assert about["size"] == 20
    assert about["temperature"] == 0.5
    assert about["pictures"] == "float32 [n, 1, size, size], 0 is paper, 1 is ink"


def test_a_program_that_differs_from_its_network_is_not_written(
    network: SiameseNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "torch_program", lambda _: lambda *given: given[0].new_zeros(1))
    with pytest.raises(WorkFailed, match=r"embed\.pt2: not written, for it differs"):
        write_programs(network, CONFIG, "torch", tmp_path)
    assert not list(tmp_path.iterdir())


def test_called_the_network_scores_pairs(network: SiameseNetwork) -> None:
    left, right = torch.rand(4, 1, 20, 20), torch.rand(4, 1, 20, 20)
    with torch.inference_mode():
        every = network.score(network.embed(left), network.embed(right))
        torch.testing.assert_close(network(left, right), every.diagonal())


def test_torchinfo_counts_the_network(network: SiameseNetwork) -> None:
    found = summary(network, input_size=[(2, 1, 20, 20), (2, 1, 20, 20)], verbose=0)
    assert found.total_params == sum(parameter.numel() for parameter in network.parameters())


def test_captum_attributes_a_score_to_the_pixels_also_through_the_centring(
    network: SiameseNetwork,
) -> None:
    left, right = torch.rand(2, 1, 20, 20), torch.rand(2, 1, 20, 20)
    found = IntegratedGradients(network).attribute(left, additional_forward_args=right)
    assert found.shape == left.shape
    assert found.abs().sum((1, 2, 3)).min() > 0
