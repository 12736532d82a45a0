"""What a test measures, and on which pictures: those of the test split, and no others."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tiny_network import TINY

from data.collection import Collection
from data.errors import InputError
from hpo.finish.held_out import measure, network_in
from hpo.storage.workspace import TrainedFolder
from hpo.study.results import document_of
from model.evaluation.one_shot import one_shot_exact, one_shot_runs
from model.evaluation.verification import verification
from model.network.siamese import SiameseNetwork
from model.network.weights import save_network

CPU = torch.device("cpu")
WEIGHTS = Path("best.safetensors")


@pytest.fixture(scope="module")
def network() -> SiameseNetwork:
    torch.manual_seed(0)
    return SiameseNetwork(TINY.network).eval()


@pytest.fixture(scope="module")
def tested(glyphs: Collection) -> tuple[str, ...]:
    """The test alphabets: those of the given runs."""
    names = dict.fromkeys(run.alphabet for run in glyphs.runs)
    return tuple(name for name in glyphs.evaluation if name in names)


@pytest.fixture(scope="module")
def validated(glyphs: Collection, tested: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in glyphs.evaluation if name not in tested)


@pytest.fixture(scope="module")
def report(network: SiameseNetwork, glyphs: Collection) -> dict[str, Any]:
    return document_of(measure(network, glyphs, CPU, WEIGHTS))


def test_the_threshold_is_validations_and_the_accuracy_that_of_the_test_drawers(
    report: dict[str, Any],
    network: SiameseNetwork,
    glyphs: Collection,
    validated: tuple[str, ...],
    tested: tuple[str, ...],
) -> None:
    assert (len(validated), len(tested)) == (10, 10)
    expected = verification(
        network,
        glyphs.characters(validated, (13, 14, 15, 16), 16),
        glyphs.characters(tested, (17, 18, 19, 20), 16),
    )
    assert report["verification"] == asdict(expected)
    assert expected.pairs == 10_000
    across = verification(
        network,
        glyphs.characters(validated, (13, 14, 15, 16), 16),
        glyphs.characters(tested, (17, 18, 19, 20), 16),
        across=True,
    )
    assert report["verification_across"] == asdict(across) != report["verification"]


def test_verification_sees_no_other_pictures(
    report: dict[str, Any],
    network: SiameseNetwork,
    glyphs: Collection,
    validated: tuple[str, ...],
    tested: tuple[str, ...],
) -> None:
    owner = np.array([name.partition("/")[0] for name in glyphs.names])

    def without(*kept: tuple[tuple[str, ...], slice]) -> dict[str, Any]:
        """What is measured where all pictures are blank, but for some alphabets' drawers."""
        packed = np.zeros_like(glyphs.packed)
        for alphabets, drawers in kept:
            rows = np.isin(owner, alphabets)
            packed[rows, drawers] = glyphs.packed[rows, drawers]
        measured = document_of(measure(network, replace(glyphs, packed=packed), CPU, WEIGHTS))
        found: dict[str, Any] = measured["verification"]
        return found

    thresholds, drawn = (validated, slice(12, 16)), (tested, slice(16, 20))
    assert without(thresholds, drawn) == report["verification"]
    assert without(thresholds)["threshold"] == report["verification"]["threshold"]
    assert without(drawn)["threshold"] != report["verification"]["threshold"]
    assert without(thresholds)["accuracy"] != report["verification"]["accuracy"]


def test_one_shot_is_measured_on_the_test_alphabets_by_all_drawers(
    report: dict[str, Any], network: SiameseNetwork, glyphs: Collection, tested: tuple[str, ...]
) -> None:
    characters = glyphs.characters(tested, range(1, 21), 16)
    official = one_shot_runs(network, characters, glyphs.runs)
    exact = one_shot_exact(network, characters)
    assert report["one_shot"] == {
        "one_shot_accuracy": official.accuracy,
        "standard_error": official.standard_error,
        "trials": 400,
        "per_run": official.per_run,
        "every_drawer_pair_accuracy": exact.value,
        "every_drawer_pair_standard_error": exact.standard_error,
        "per_alphabet": exact.per_alphabet,
    }
    assert tuple(exact.per_alphabet) == tested
    assert report["alphabets"] == [run.alphabet for run in glyphs.runs]
    assert (report["dataset"], report["fingerprint"]) == ("glyphs", glyphs.fingerprint)


def test_a_folders_network_comes_with_the_data_it_was_trained_on(
    network: SiameseNetwork, tmp_path: Path
) -> None:
    with pytest.raises(InputError) as caught:
        network_in(TrainedFolder(tmp_path))
    left_by = "which run and retrain leave behind"
    assert str(caught.value) == f"{tmp_path}: holds no best.safetensors, {left_by}"
    save_network(network, TINY, tmp_path / "best.safetensors")
    with pytest.raises(InputError) as caught:
        network_in(TrainedFolder(tmp_path / "best.safetensors"))
    assert str(caught.value) == (
        f"{tmp_path}/best.safetensors: is a file; should be the folder that holds best.safetensors"
    )
    found, dataset = network_in(TrainedFolder(tmp_path))
    assert dataset == "auto"
    for name, weights in network.state_dict().items():
        assert torch.equal(found.state_dict()[name], weights), name
    (tmp_path / "results.json").write_text(json.dumps({"dataset": "glyphs"}))
    assert network_in(TrainedFolder(tmp_path))[1] == "glyphs"
