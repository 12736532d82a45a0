"""Networks, and how they are trained, that benchmarks of speed measure."""

from __future__ import annotations

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
"""The paper's network on 105x105 pictures, trained on sampled pairs."""
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
"""A network on 35x35 pictures, trained on batches of characters."""
