"""Retrainings that were given a network are not mixed with those that were given another."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from random_network import write_random_network
from tiny_network import TINY

from data.collection import Collection
from data.errors import InputError
from hpo.console.progress import Progress
from hpo.finish.retrain import clear_another, retrain, with_seed
from hpo.storage.workspace import TrainedFolder
from model.config import RunConfig
from model.network.given import given_networks
from model.network.weights import read_tensors, write_tensors

CPU = torch.device("cpu")


@pytest.fixture(params=["initial", "teacher"])
def config(request: pytest.FixtureRequest, tmp_path: Path) -> RunConfig:
    """A training of three epochs that is given the network in the folder "given"."""
    given = tmp_path / "given"
    write_random_network(given, TINY, seed=1)
    change = {"epochs": 3, "loss": "one-shot", request.param: str(given)}
    return TINY.model_copy(update={"train": TINY.train.model_copy(update=change)})


def change(config: RunConfig, seed: int = 2) -> None:
    """Another network in the same place."""
    (given,) = given_networks(config)
    write_random_network(Path(given), TINY, seed)


def test_results_of_another_network_are_refused(
    config: RunConfig, glyphs: Collection, tmp_path: Path, interrupting: type
) -> None:
    folder = TrainedFolder(tmp_path / "own")
    retrain(config, [2], glyphs, CPU, folder, Progress("test", 1))
    stored = json.loads(folder.results.read_text())
    assert stored["networks"] == given_networks(config)
    change(config)
    for seeds in ([2], [2, 3]):
        with pytest.raises(InputError, match=r"own: holds results of another network at .*given; "):
            retrain(config, seeds, glyphs, CPU, folder, interrupting())
    assert json.loads(folder.results.read_text()) == stored
    change(config, seed=1)
    progress = interrupting()
    retrain(config, [2, 3], glyphs, CPU, folder, progress)
    assert progress.trained == ["seed 3"]
    # A study's own folder is another matter: there they are removed.
    change(config)
    clear_another(config, glyphs, folder)
    assert not folder.folder.exists()


def test_a_checkpoint_of_another_network_is_refused(
    config: RunConfig, glyphs: Collection, tmp_path: Path, interrupting: type
) -> None:
    folder = TrainedFolder(tmp_path / "own")
    with pytest.raises(KeyboardInterrupt):
        retrain(config, [2], glyphs, CPU, folder, interrupting(2))
    change(config)
    with pytest.raises(InputError, match=r": a checkpoint of another network at .*given; remove"):
        retrain(config, [2], glyphs, CPU, folder, interrupting())
    change(config, seed=1)
    clear_another(config, glyphs, folder)
    progress = interrupting(1)
    with pytest.raises(KeyboardInterrupt):
        retrain(config, [2], glyphs, CPU, folder, progress)
    assert progress.went_on_after == [2]
    change(config)
    clear_another(config, glyphs, folder)
    assert not folder.folder.exists()


def test_what_an_older_version_left_is_gone_on_with(
    config: RunConfig, glyphs: Collection, tmp_path: Path, interrupting: type
) -> None:
    """It tells of no networks."""
    config, folder = with_seed(config, 2), TrainedFolder(tmp_path / "own")
    with pytest.raises(KeyboardInterrupt):
        retrain(config, [2], glyphs, CPU, folder, interrupting(2))
    checkpoint = folder.checkpoint(glyphs.label, 2)
    tensors, document = read_tensors(checkpoint)
    assert document.pop("networks") == given_networks(config)
    write_tensors(tensors, document, checkpoint)
    progress = interrupting()
    retrain(config, [2], glyphs, CPU, folder, progress)
    assert progress.went_on_after == [2]
    stored = json.loads(folder.results.read_text())
    del stored["networks"]
    folder.results.write_text(json.dumps(stored))
    clear_another(config, glyphs, folder)
    progress = interrupting()
    retrain(config, [2], glyphs, CPU, folder, progress)
    assert progress.trained == []


def test_one_that_changes_between_two_seeds_ends_the_retraining(
    config: RunConfig, glyphs: Collection, tmp_path: Path
) -> None:
    class Changing(Progress):
        def finished(self, line: str, part: int = 0) -> None:
            change(config)

    folder = TrainedFolder(tmp_path / "own")
    with pytest.raises(InputError, match=r"own: the network at .*given was changed meanwhile"):
        retrain(config, [2, 3], glyphs, CPU, folder, Changing("test", 2))
    assert [one["seed"] for one in json.loads(folder.results.read_text())["seeds"]] == [2]


def test_one_that_is_missing_removes_nothing(
    config: RunConfig, glyphs: Collection, tmp_path: Path
) -> None:
    folder = TrainedFolder(tmp_path / "own")
    retrain(config, [2], glyphs, CPU, folder, Progress("test", 1))
    (tmp_path / "given").rename(tmp_path / "moved")
    with pytest.raises(InputError, match=r"^train\.(initial|teacher): .*: no such folder or file$"):
        clear_another(config, glyphs, folder)
    assert folder.weights.exists()
