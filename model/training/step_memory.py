"""Memory that a training step holds, from the configuration alone."""

from __future__ import annotations

from model.config import RunConfig, TrainConfig

FLOAT, INDEX = 4, 8
"""Bytes of a number, and of a pooling's index of the pixel that it took."""


def step_memory(run: RunConfig) -> int:
    """Bytes that a step of a training holds: the weights' copies, and what the step back needs.

    Copies of the weights are the network, its gradient, the best epoch's, the optimiser's one (SGD)
    or two (Adam), and the moving average if there is one. The step back needs what each
    convolution, pooling, normalisation and ReLU keeps of a batch. Everything counts as float32;
    where a device trains in bfloat16 it is less. Not counted: the pictures of the data set, a
    teacher, the libraries, and their scratch space.

    Args:
        run: a configuration whose network can exist.

    Example:
        >>> from model.config import Convolution, LayerConfig, NetworkConfig, TrainConfig
        >>> network = NetworkConfig(convolutions=[Convolution(filters=8, kernel=5)], units=16)
        >>> train = TrainConfig(layers=[LayerConfig(learning_rate=0.1)] * 3)
        >>> step_memory(RunConfig(network=network, train=train)) // 2**20
        7
    """
    copies = 4 + (run.train.optimiser == "adam") + (run.train.averaging > 0)
    return copies * FLOAT * run.network.parameters + pictures_of_step(run.train) * _of_a_picture(
        run
    )


def pictures_of_step(train: TrainConfig) -> int:
    """Number of pictures that a step sees."""
    batch = train.batch
    return 2 * batch.pairs if train.loss == "pairs" else batch.characters * batch.drawers


def _of_a_picture(run: RunConfig) -> int:
    """Bytes that the step back needs of each picture."""
    network, side = run.network, run.network.size
    held = FLOAT * side**2
    for convolution in network.convolutions:
        convolved = side if convolution.padding else side - convolution.kernel + 1
        side = convolution.side(side)
        numbers = convolution.filters * side**2
        if convolution.pool:
            held += FLOAT * convolution.filters * convolved**2 + INDEX * numbers
        if network.batch_norm:
            held += FLOAT * numbers  # what it normalised; the ReLU writes over what it gave
        held += FLOAT * numbers
    return held + FLOAT * network.units
