"""A training of some seconds, after which a network is of use."""

from model.config import (
    BatchConfig,
    Convolution,
    DistortionConfig,
    LayerConfig,
    NetworkConfig,
    RunConfig,
    TrainConfig,
)

CONFIG = RunConfig(
    network=NetworkConfig(
        size=35,
        convolutions=(
            Convolution(filters=32, kernel=5, pool=True),
            Convolution(filters=64, kernel=3, pool=True),
            Convolution(filters=96, kernel=3),
        ),
        units=256,
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
