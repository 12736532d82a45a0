"""A network whose weights are finite, but whose scores are not, is refused in one line."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from PIL import Image
from tiny_network import TINY
from typer.testing import CliRunner

import siamese_hpo
from data.collection import Collection
from data.errors import InputError
from hpo.finish.calibrate import USUAL
from model.config import RunConfig
from model.network.siamese import SiameseNetwork
from model.network.weights import save_network
from run_study import app

Refused = Callable[..., str]
TOO_LARGE = 1e37
LINE = "net/best.safetensors: its network's scores are not finite"


@pytest.fixture(autouse=True)
def pictures(glyphs: Collection) -> None:
    """The folders `known` and `new` of pictures, and `own` of two classes."""
    drawn = glyphs.characters(["Glyphs_41"], [17, 18], 105).pictures
    for folder in ("known", "new", "own/one", "own/two"):
        Path(folder).mkdir(parents=True)
    for row in range(2):
        for drawer, folder in enumerate(("known", "new")):
            picture = Image.fromarray(255 - drawn[row, drawer].numpy())
            picture.save(Path(folder) / f"{row}.png")
            picture.save(Path("own") / ("one", "two")[row] / f"{drawer}.png")


def kept(name: str, factor: float = 1.0, config: RunConfig = TINY) -> None:
    """A folder with an untrained network, all of whose weights are so many times as large."""
    torch.manual_seed(len(name))
    network = SiameseNetwork(config.network)
    for parameter in network.parameters():
        parameter.data.mul_(factor)
    save_network(network, config, Path(name) / "best.safetensors")
    (Path(name) / "results.json").write_text(json.dumps({"dataset": "glyphs"}))
    shutil.copy(USUAL, Path(name) / "rejection.json")


@pytest.mark.usefixtures("own_cache")
@pytest.mark.parametrize(
    "words",
    [
        "calibrate net",
        "calibrate net --json",
        "test net",
        "test net --json",
        "test net --data own --output found",
        "classify net --support known --query new",
        "classify net --support known --query new --json --output found --keep s",
        "combine other net --output both",
    ],
)
def test_each_command_refuses_it(words: str, refused: Refused) -> None:
    kept("net", TOO_LARGE)
    kept("other")
    assert refused(*words.split()) == f"error: {LINE}"


def test_programs_are_told() -> None:
    kept("net", TOO_LARGE)
    network = siamese_hpo.load("net", device="cpu")
    for asked in (
        lambda: network.classify("known", "new"),
        lambda: network.score("known", "new"),
        lambda: network.embed("new"),
    ):
        with pytest.raises(InputError) as caught:
            asked()
        assert str(caught.value) == str(Path(LINE).absolute())


def test_scores_that_their_temperature_makes_infinite_are_none_either(refused: Refused) -> None:
    cold = TINY.train.model_copy(update={"temperature": 1e-300})
    kept("net", config=TINY.model_copy(update={"train": cold}))
    words = ("classify", "net", "--support", "known", "--query", "new", "--json")
    assert refused(*words) == f"error: {LINE}"
    with pytest.raises(InputError, match="scores are not finite"):
        siamese_hpo.load("net", device="cpu").classify("known", "new")


@pytest.mark.usefixtures("own_cache")
def test_large_scores_that_are_finite_are_taken() -> None:
    kept("net", 1e3)
    for words in (
        ("calibrate", "net"),
        ("classify", "net", "--support", "known", "--query", "new", "--json"),
        ("test", "net", "--json"),
    ):
        result = CliRunner().invoke(app, words)
        assert result.exit_code == 0, result.output
        assert "NaN" not in result.stdout
