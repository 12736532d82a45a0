"""The trained network that a training starts from."""

from __future__ import annotations

from torch import Tensor

from data.errors import InputError
from model.config import RunConfig
from model.network.weights import load_network, weights_at


def initial_weights(config: RunConfig) -> dict[str, Tensor] | None:
    """The weights that a training starts from, on the CPU; None where these are random.

    Raises:
        InputError: there is no such network, or its size, convolutions, units or batch_norm are
            others.
    """
    given = config.train.initial
    if given is None:
        return None
    network, trained = load_network(weights_at(given, "train.initial"))
    for key in ("size", "convolutions", "units", "batch_norm"):
        theirs, ours = getattr(trained.network, key), getattr(config.network, key)
        if theirs != ours:
            # Of convolutions the values would be many.
            values = "other values" if key == "convolutions" else f"{theirs}, not {ours}"
            raise InputError(
                f"train.initial: {given}: its network.{key} has {values}; it must be as in the"
                " training's network"
            )
    return network.state_dict()
