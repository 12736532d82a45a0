"""What the tests of experiments share: a context on the glyphs, and a network of no size."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from data.collection import Collection
from hpo.reproduce.context import Context
from hpo.reproduce.networks import alike
from hpo.reproduce.paper_search.settings import LITERAL, LOGARITHMIC, Settings
from hpo.study.definition import PrunerConfig, SamplerConfig
from hpo.study.file import load_study
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


@pytest.fixture
def settings(tiny: NetworkConfig) -> Settings:
    """The paper's search at a budget of seconds."""
    few = {
        form: load_study(name).model_copy(
            update={
                "network": tiny.model_dump(mode="json"),
                "train": load_study(name).train
                | {"epochs": 1, "steps_per_epoch": 2, "batch": {"pairs": 8}},
                "pruner": PrunerConfig(),
            }
        )
        for form, name in ((LITERAL, "paper-35"), (LOGARITHMIC, "paper-35-log"))
    }
    return Settings(
        studies=few,
        configurations=2,
        worth_steps=2,
        worth_pairs=4,
        samplers=(SamplerConfig(name="random"), SamplerConfig(name="tpe", startup_trials=1)),
        repetitions=1,
        trials=4,
        seeds=1,
        kept=(16, 160),
        epoch_steps=2,
        most_epochs=5,
        kept_in_most_epochs=(80,),
        split_pairs=16,
        rate_factors=(1.0,),
        ours=alike(tiny, 0.1, 1, steps_per_epoch=1, loss="one-shot"),
        table_pairs=16,
        thousand=1,
    )
