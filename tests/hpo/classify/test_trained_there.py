"""`test --data` says that a network knows the pictures, wherever in their folder these lie."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from tiny_network import TINY

from hpo.classify.known_folder import measure_folder
from hpo.storage.workspace import TrainedFolder
from model.network.siamese import SiameseNetwork
from model.network.weights import save_network

Said = Callable[[str], str]
PART = "net was trained on a part of {}: its figures here {} too good; `test` without --data"
BESIDE = "net was trained on {}, beside its data set: its figures here are too good"


def draw_alphabet(folder: Path) -> None:
    """Two characters with two pictures each."""
    dice = np.random.default_rng(0)
    for number in range(4):
        ink = np.full((40, 60), 255, np.uint8)
        ink[18:21, 8:-8] = ink[6:-6, 10 + 8 * number : 13 + 8 * number] = 0
        ink[dice.integers(6, 30) :, 50:53] = 0
        path = folder / "ab"[number % 2] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(ink).save(path)


@pytest.fixture
def said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Said:
    """What is said of a network in net/ on such a folder, of the folders that are here."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    for alphabet in ("all/runes/Greek", "all/runes/Latin", "runes-of-others/Greek"):
        draw_alphabet(tmp_path / alphabet)
    Path("link").symlink_to("all/runes")

    def told(data: str) -> str:
        measure_folder(TrainedFolder(Path("net")), Path(data), torch.device("cpu"), None)
        return capsys.readouterr().err

    return told


def trained_on(dataset: str, extra: str | None = None) -> None:
    """Leaves a network in net/ that was trained there before pictures came."""
    train = TINY.train.model_copy(
        update={"pictures": TINY.train.pictures.model_copy(update={"extra": extra})}
    )
    config = TINY.model_copy(update={"train": train})
    save_network(SiameseNetwork(config.network), config, Path("net/best.safetensors"))
    document = {"dataset": dataset, "fingerprint": "as it was"}
    Path("net/results.json").write_text(json.dumps(document))


@pytest.mark.parametrize("named", ["all/runes", "link", "~/all/runes"])
def test_its_own_folder_is_told_though_pictures_came(said: Said, named: str) -> None:
    trained_on(f"folder:{named}")
    for data in ("all/runes", "link", "~/link"):
        assert said(data).startswith(PART.format(data, "are"))
    for alphabet in ("all/runes/Greek", "link/Greek"):
        where = f"{named}, in which {alphabet} lies"
        assert said(alphabet).startswith(PART.format(where, "may be"))
    assert said("runes-of-others") == ""


def test_a_single_alphabet_that_it_was_trained_on_is_told_of_the_whole(said: Said) -> None:
    trained_on("folder:all/runes/Greek")
    assert said("all/runes").startswith(PART.format("all/runes", "are"))
    assert said("all/runes/Latin") == ""


def test_extra_alphabets_are_told_alike(said: Said) -> None:
    trained_on("omniglot", "folder:link")
    for data in ("all/runes", "all/runes/Latin", "link/Latin"):
        assert said(data) == BESIDE.format(data) + "\n"
    assert said("runes-of-others") == ""
    trained_on("omniglot", "folder:all/runes/Latin")
    assert said("link") == BESIDE.format("a part of link") + "\n"


@pytest.mark.parametrize("dataset", ["omniglot", "auto", "glyphs", "all/runes"])
def test_no_folder_is_no_folder(said: Said, dataset: str) -> None:
    trained_on(dataset)
    assert said("all/runes") == ""
