"""The networks and settings that the benchmarks measure, and how they print what they found."""

from __future__ import annotations

import json
import platform

import torch

from hpo.reproduce.networks import NETWORKS
from model.config import (
    BatchConfig,
    Convolution,
    DistortionConfig,
    LayerConfig,
    NetworkConfig,
    RunConfig,
    TrainConfig,
)

PAPER = RunConfig(
    network=NETWORKS["paper"],
    train=TrainConfig(
        loss="pairs",
        optimiser="sgd",
        layers=tuple(LayerConfig(learning_rate=1e-3, momentum=0.9, l2=1e-4) for _ in range(6)),
        batch=BatchConfig(pairs=128, training_pairs=150_000),
    ),
)
SMALL = RunConfig(
    network=NetworkConfig(
        size=35,
        convolutions=(
            Convolution(filters=64, kernel=5, pool=True),
            Convolution(filters=128, kernel=3, pool=True),
            Convolution(filters=128, kernel=3),
        ),
        units=512,
    ),
    train=TrainConfig(
        loss="nca",
        layers=tuple(LayerConfig(learning_rate=1e-3) for _ in range(5)),
        batch=BatchConfig(characters=40, drawers=4, symmetries=True),
        distortion=DistortionConfig(affine=1.0, elastic=0.02),
    ),
)


def tell(**figures: object) -> None:
    """One line of JSON on stdout, with what the figures depend on."""
    about = {
        "torch": torch.__version__,
        "machine": platform.processor() or platform.machine(),
        "threads": torch.get_num_threads(),
        "gpu": torch.cuda.get_device_name() if torch.cuda.is_available() else None,
    }
    print(json.dumps(figures | about), flush=True)
