"""The trained network that a training starts from."""

from __future__ import annotations

from collections.abc import Iterable

from torch import Tensor

from data.errors import InputError
from model.config import NetworkConfig, RunConfig
from model.network.weights import load_network, weights_at


def initial_weights(config: RunConfig) -> dict[str, Tensor] | None:
    """The weights that a training starts from, on the CPU; None where these are random.

    Raises:
        InputError: there is no such network, or its size, convolutions, units or batch_norm are
            others.
    """
    given = config.train.initial
    return None if given is None else weights_that_fit(given, [config.network])


def weights_that_fit(given: str, networks: Iterable[NetworkConfig]) -> dict[str, Tensor]:
    """The weights of a trained network, from which a training of each of some networks can start.

    Args:
        given: the trained network's folder or weights file.
        networks: those that are to start from it.

    Returns:
        The weights, on the CPU.

    Raises:
        InputError: there is no such trained network, or its size, convolutions, units or batch_norm
            are not those of every one.
    """
    network, trained = load_network(weights_at(given, "train.initial"))
    for ours in networks:
        for key in ("size", "convolutions", "units", "batch_norm"):
            has, needed = getattr(trained.network, key), getattr(ours, key)
            if has != needed:
                # Of convolutions the values would be many.
                values = "other values" if key == "convolutions" else f"{has}, not {needed}"
                raise InputError(
                    f"train.initial: {given}: its network.{key} has {values}; it must be as in the"
                    " training's network"
                )
    return network.state_dict()
