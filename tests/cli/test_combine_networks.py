"""Several trained networks combined by the command, and the result used by the others."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner

from model.config import (
    Convolution,
    LayerConfig,
    NetworkConfig,
    RunConfig,
    TrainConfig,
)
from model.network.siamese import SiameseNetwork
from model.network.weights import save_network
from run_study import app

Refused = Callable[..., str]


def network(name: str, seed: int, units: int) -> str:
    """A folder with a network as it is before its training."""
    config = RunConfig(
        network=NetworkConfig(
            size=20, convolutions=(Convolution(filters=4, kernel=5, pool=True),), units=units
        ),
        train=TrainConfig(seed=seed, layers=(LayerConfig(learning_rate=0.01),) * 3),
    )
    torch.manual_seed(seed)
    save_network(SiameseNetwork(config.network), config, Path(name) / "best.safetensors")
    (Path(name) / "results.json").write_text(json.dumps({"dataset": "glyphs"}))
    return name


@pytest.fixture
def networks() -> list[str]:
    return [network("one", 3, 24), network("other", 4, 16)]


def told(*words: str) -> str:
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_networks_are_combined_and_tested_as_one(networks: list[str]) -> None:
    shown = told("combine", *networks, "--output", "both")
    for row in ("one, seed 3", "other, seed 4", "these 2 networks together"):
        assert row in shown
    assert "both/best.safetensors  the networks together" in shown
    assert sorted(path.name for path in Path("both").iterdir()) == [
        "best.safetensors",
        "rejection.json",
        "results.json",
    ]
    document = json.loads(told("combine", *networks, "--output", "both", "--json"))
    assert [member["folder"] for member in document["members"]] == networks
    assert document["ensemble"]["parameters"] == sum(m["parameters"] for m in document["members"])
    assert "accuracy of 2 networks together on glyphs" in " ".join(told("test", "both").split())
    assert json.loads(told("test", "both", "--json"))["networks"] == 2
    assert json.loads(told("test", "one", "--json"))["networks"] == 1


def test_what_cannot_be_combined_is_refused_and_nothing_is_written(
    networks: list[str], refused: Refused
) -> None:
    one, other = networks
    to = ("--output", "both")
    needs_two = "error: combine: needs two folders with a network or more"
    assert refused("combine", one, *to) == needs_two
    same = f"error: {one}: holds the same network as {one}"
    assert refused("combine", one, one, *to) == same
    assert refused("combine", one, "none", *to).startswith("error: none: holds no best.safetensors")
    into = f"error: {other}: holds results of something else; choose another folder"
    assert refused("combine", one, other, "--output", other) == into


def test_what_takes_a_single_network_says_so(networks: list[str], refused: Refused) -> None:
    told("combine", *networks, "--output", "both")
    line = "both/best.safetensors: holds an ensemble of 2 networks; here a single one is needed"
    assert refused("combine", "both", "one", "--output", "more") == f"error: {line}"
