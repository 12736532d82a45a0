"""A training of some seconds, after which a network is of use."""

from __future__ import annotations

from pathlib import Path

import torch
from filelock import FileLock

from data.collection import Collection
from data.splits import SearchData
from model.batch_config import BatchConfig
from model.config import Convolution, LayerConfig, NetworkConfig, RunConfig, TrainConfig
from model.distortion_config import DistortionConfig
from model.training.trainer import Trainer

CPU = torch.device("cpu")

CONFIG = RunConfig(
    network=NetworkConfig(
        size=35,
        convolutions=(
            Convolution(filters=16, kernel=5, pool=True),
            Convolution(filters=32, kernel=3, pool=True),
            Convolution(filters=64, kernel=3),
        ),
        units=128,
    ),
    train=TrainConfig(
        loss="nca",
        optimiser="sgd",
        layers=tuple(LayerConfig(learning_rate=rate) for rate in (0.2, 0.2, 0.2, 0.2, 0.02)),
        schedule="cosine",
        epochs=3,
        steps_per_epoch=40,
        batch=BatchConfig(characters=30, drawers=4),
        distortion=DistortionConfig(affine=1.0, elastic=0.02),
    ),
)


def trained(collection: Collection, common_folder: Path) -> Trainer:
    """A trainer that has done it, once for all processes that test side by side."""
    checkpoint = common_folder / f"short-training-{collection.name}.safetensors"
    with FileLock(f"{checkpoint}.lock"):
        data = SearchData.of(collection, CONFIG.network.size, CPU)
        trainer = Trainer(CONFIG, data, CPU, checkpoint)
        list(trainer.run())
    return trainer
