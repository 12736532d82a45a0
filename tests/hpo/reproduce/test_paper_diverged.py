"""Long trainings that diverge: their best network stands for the rest, or none is measured."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pytest

from data.errors import WorkFailed
from hpo.reproduce.context import Context
from hpo.reproduce.paper_search.compared import changed
from hpo.reproduce.paper_search.longest import longest, measured
from hpo.reproduce.paper_search.settings import LITERAL, Settings, starts
from model.config import RunConfig
from model.training.epoch_report import EpochReport
from model.training.trainer import Trainer

Make = Callable[..., Context]


@pytest.fixture
def config(settings: Settings) -> RunConfig:
    return starts(settings.studies[LITERAL])[0]


def test_its_best_network_stands_for_the_rest(
    config: RunConfig, context: Make, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It diverges in the second of ten epochs."""
    genuine = Trainer._epoch
    trained: list[int] = []

    def diverging(self: Trainer, epoch: int) -> EpochReport:
        trained.append(epoch)
        if epoch == 1:
            for weights in self.network.parameters():
                weights.data.fill_(math.nan)
        return genuine(self, epoch)

    monkeypatch.setattr(Trainer, "_epoch", diverging)
    here, settings = context(seeds=1), replace(settings, kept=(16, 32, 160))
    for _ in range(2):
        kept = longest(here, settings, config)
        assert trained == [0, 1]
        files = [one.folder.weights.read_bytes() for (one,) in kept.values()]
        assert files == files[:1] * 3
    assert measured(kept, here)[160].every_pair.value > 0


def test_without_any_network_it_says_so_each_time_and_does_not_train_again(
    config: RunConfig, context: Make, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    wild = changed(
        config, {"train.loss": "nca", "train.temperature": 1e-300, "train.learning_rate": 10.0}
    )
    here = context(seeds=1)

    def trained(*_: object) -> None:
        raise AssertionError("trains again")

    for _ in range(2):
        kept = longest(here, settings, wild)
        assert not any(one.folder.weights.exists() for (one,) in kept.values())
        with pytest.raises(WorkFailed, match="the loss of its training is not finite, so there is"):
            measured(kept, here)
        monkeypatch.setattr(Trainer, "_epoch", trained)
