"""A teacher: a trained network whose answers another network learns."""

from __future__ import annotations

import torch
from torch import Tensor

from data.errors import InputError
from model.config import RunConfig
from model.network.distance import TwinNetwork
from model.network.ensemble import Ensemble, EnsembleConfig, TrainedConfig
from model.network.siamese import SiameseNetwork
from model.network.weights import load_trained, weights_at


class Teacher:
    """A trained network, or several that answer as one, which is asked and not trained.

    It looks at each drawing once, as networks do in training, however many copies of a drawing it
    was measured with: that would take several times as long.
    """

    def __init__(self, network: TwinNetwork, config: TrainedConfig) -> None:
        """Takes a network, as `load_trained` gives it.

        Args:
            network: whose weights are taken.
            config: how it, or each of several, is built.
        """
        self.temperature = config.softmax_temperature
        self.network: TwinNetwork
        if isinstance(config, EnsembleConfig):
            members = tuple(_once(member) for member in config.members)
            self.network = Ensemble(config.model_copy(update={"members": members}))
        else:
            self.network = SiameseNetwork(_once(config).network)
        self.network.load_state_dict(network.state_dict())
        self.network.eval().to(memory_format=torch.channels_last)

    @torch.no_grad()
    def scores(self, pictures: Tensor) -> Tensor:
        """Its scores of every picture against every other, divided by its temperature.

        Args:
            pictures: float [n, 1, size, size], 1 is ink.

        Returns:
            float32 [n, n].
        """
        return self.network.score_within(self.network.embed(pictures)) / self.temperature


def asked_teacher(config: RunConfig) -> str | None:
    """The teacher that a training names and asks: only the loss "one-shot" does; else None."""
    return config.train.teacher if config.train.loss == "one-shot" else None


def load_teacher(config: RunConfig, device: torch.device) -> Teacher | None:
    """The teacher that a training asks; None if it asks none, see `asked_teacher`.

    Raises:
        InputError: there is no such network, or it takes pictures of another size.
    """
    given = asked_teacher(config)
    if given is None:
        return None
    network, trained = load_trained(weights_at(given, "train.teacher"))
    if trained.size != config.size:
        raise InputError(
            f"train.teacher: {given}: takes pictures of {trained.size} pixels; it must take those"
            f" of the training's network, of {config.size}"
        )
    teacher = Teacher(network, trained)
    teacher.network.to(device)
    return teacher


def _once(config: RunConfig) -> RunConfig:
    """The configuration, but its network looks at each drawing once."""
    network = config.network.model_copy(update={"copies": 1})
    return config.model_copy(update={"network": network})
