"""The networks that experiments train, and trainings whose rates are alike in all layers."""

from __future__ import annotations

from typing import Any

from hpo.reproduce.context import Size
from model.config import Convolution, LayerConfig, NetworkConfig, RunConfig, TrainConfig

NETWORKS: dict[Size, NetworkConfig] = {
    # 20-way validation accuracy over all drawer pairs after 200 000 pictures, loss "one-shot", one
    # seed: 87.1 %; with drawings as they lie on the picture 83.8 %, only centred 86.8 %; with
    # convolutions of 16, 96 and 160 filters and no batch normalisation, from a search: 78.6 %.
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
        centred=True,
        resized=0.5,
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
    network: NetworkConfig,
    rate: float,
    epochs: int,
    output: float | None = None,
    **settings: Any,  # noqa: ANN401
) -> RunConfig:
    """A training to its last epoch in which every layer has the same settings.

    Args:
        network: network to train.
        rate: learning rate of the layers.
        epochs: number of epochs, at most and at least.
        output: learning rate of the output layer, whose weights are small, if another.
        settings: further ones of `TrainConfig`.
    """
    *hidden, last = (LayerConfig(learning_rate=rate, momentum=0.88) for _ in network.layer_names)
    if output is not None:
        last = last.model_copy(update={"learning_rate": output})
    return RunConfig(
        network=network,
        train=TrainConfig(layers=(*hidden, last), epochs=epochs, patience=epochs, **settings),
    )
