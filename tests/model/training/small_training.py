"""A training of seconds, for the tests of the training loop."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch

from model.config import Convolution, LayerConfig, NetworkConfig, RunConfig, TrainConfig
from model.training.epoch_report import EpochReport

CPU = torch.device("cpu")


def configured(**train: Any) -> RunConfig:  # noqa: ANN401
    rate = train.pop("rate", 2e-3)
    document: dict[str, Any] = {
        "layers": tuple(LayerConfig(learning_rate=rate) for _ in range(4)),
        "epochs": 4,
        "steps_per_epoch": 12,
    }
    return RunConfig(
        network=NetworkConfig(
            size=20,
            convolutions=(
                Convolution(filters=16, kernel=5, pool=True),
                Convolution(filters=32, kernel=3, pool=True),
            ),
            units=64,
            batch_norm=train.pop("batch_norm", False),
        ),
        train=TrainConfig.model_validate(document | train),
    )


def numbers(history: list[EpochReport]) -> list[EpochReport]:
    """The history without what depends on the clock."""
    return [replace(report, seconds=0.0, pictures_per_second=0.0) for report in history]
