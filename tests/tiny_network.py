"""A network that is trained in a second, for tests of what is done with networks."""

from model.batch_config import BatchConfig
from model.config import Convolution, LayerConfig, NetworkConfig, RunConfig, TrainConfig

TINY = RunConfig(
    network=NetworkConfig(
        size=16, convolutions=(Convolution(filters=6, kernel=5, pool=True),), units=12
    ),
    train=TrainConfig(
        seed=2,
        layers=(LayerConfig(learning_rate=3e-3),) * 3,
        epochs=1,
        steps_per_epoch=4,
        batch=BatchConfig(characters=20, drawers=3),
    ),
)
