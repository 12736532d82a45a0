"""The networks that experiments train, and rates that are alike in all layers."""

from __future__ import annotations

from hpo.reproduce.context import Size
from model.config import Convolution, LayerConfig, NetworkConfig

NETWORKS: dict[Size, NetworkConfig] = {
    # What `studies/quick.toml` found at 35x35: few filters where the pictures are large.
    "small": NetworkConfig(
        size=35,
        convolutions=(
            Convolution(filters=16, kernel=3, pool=True),
            Convolution(filters=96, kernel=3, pool=True),
            Convolution(filters=160, kernel=3),
        ),
        units=768,
    ),
    # The paper's figure 4. From its initial weights (section 3.3) one rate for all layers trains
    # nothing: the weights are far too large in the one fully connected layer, too small before it.
    "paper": NetworkConfig(
        size=105,
        convolutions=(
            Convolution(filters=64, kernel=10, pool=True),
            Convolution(filters=128, kernel=7, pool=True),
            Convolution(filters=128, kernel=4, pool=True),
            Convolution(filters=256, kernel=4),
        ),
        units=4096,
    ),
}
"""By the size that an experiment runs in."""


def alike(
    network: NetworkConfig, rate: float, momentum: float = 0.9, output: float | None = None
) -> tuple[LayerConfig, ...]:
    """Every layer with the same settings; the output layer, whose weights are small, with its own.

    Args:
        network: whose layers they are.
        rate: learning rate.
        momentum: final.
        output: learning rate of the output layer, if another.
    """
    *hidden, last = (LayerConfig(learning_rate=rate, momentum=momentum) for _ in network.layers)
    if output is not None:
        last = last.model_copy(update={"learning_rate": output})
    return (*hidden, last)
