"""The networks that experiments train, and rates that are alike in all layers."""

from __future__ import annotations

from hpo.reproduce.context import Size
from model.config import Convolution, LayerConfig, NetworkConfig

NETWORKS: dict[Size, NetworkConfig] = {
    # 20-way validation accuracy after 200 000 pictures, loss "nca", one seed: 82.0 %; convolutions
    # of 16, 96 and 160 filters without padding and batch normalisation, from a search: 78.0 %.
    "small": NetworkConfig(
        size=35,
        convolutions=(
            Convolution(filters=32, kernel=3, pool=True, padding=True),
            Convolution(filters=64, kernel=3, pool=True, padding=True),
            Convolution(filters=128, kernel=3, pool=True, padding=True),
            Convolution(filters=160, kernel=3, padding=True),
        ),
        units=768,
        batch_norm=True,
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
    network: NetworkConfig, rate: float, momentum: float = 0.88, output: float | None = None
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
