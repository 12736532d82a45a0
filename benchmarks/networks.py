"""Networks, and how they are trained, that benchmarks of speed measure."""

from __future__ import annotations

from hpo.reproduce.networks import NETWORKS
from model.batch_config import BatchConfig
from model.config import Convolution, LayerConfig, NetworkConfig, RunConfig, TrainConfig
from model.distortion_config import DistortionConfig

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
QUICK = RunConfig(
    network=NetworkConfig(
        size=35,
        convolutions=(
            Convolution(filters=16, kernel=3, pool=True, padding=True),
            Convolution(filters=48, kernel=3, pool=True, padding=True),
            Convolution(filters=64, kernel=3, pool=True, padding=True),
            Convolution(filters=96, kernel=3, padding=True),
        ),
        units=512,
        batch_norm=True,
        centred=True,
        resized=0.5,
        copies=3,
    ),
    train=TrainConfig(
        loss="one-shot",
        optimiser="sgd",
        learning_rate=0.3,
        schedule="cosine",
        layers=tuple(
            LayerConfig(learning_rate=rate, l2=1e-5) for rate in (1.0, 1.0, 1.0, 1.0, 1.0, 0.06)
        ),
        steps_per_epoch=50,
        batch=BatchConfig(characters=40, drawers=4, symmetries=True),
        distortion=DistortionConfig(affine=1.0, elastic=0.02),
    ),
)
"""A network of the quick study's space, as the study trains it."""
