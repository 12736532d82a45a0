"""What the tests of experiments share: a context on the glyphs, and a network of no size."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from data.collection import Collection
from hpo.reproduce.context import Context
from hpo.workers.machine import Machine
from model.config import Convolution, NetworkConfig


@pytest.fixture(scope="session")
def tiny() -> NetworkConfig:
    """A network that learns something in a second."""
    return NetworkConfig(
        size=35, convolutions=(Convolution(filters=8, kernel=5, pool=True),), units=16
    )


@pytest.fixture
def context(glyphs: Collection, tmp_path: Path) -> Callable[..., Context]:
    """What an experiment is given, in this test's folder."""

    def make(name: str = "experiment", seeds: int = 2) -> Context:
        machine = Machine(device="cpu")
        return Context(glyphs, "small", seeds, tmp_path / name, machine, tmp_path / "network")

    return make
