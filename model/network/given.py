"""Which trained networks a training is given: told by their content, not by their paths alone."""

from __future__ import annotations

from hashlib import sha256

from data.errors import InputError
from model.config import RunConfig
from model.network.teacher import asked_teacher
from model.network.weights import weights_at


def given_networks(config: RunConfig) -> dict[str, str]:
    """SHA-256 of the weights file of each trained network that a training is given, by its path.

    Those are the network that it starts from, and the teacher, if its loss asks one.

    Raises:
        InputError: there is no such network, or its file cannot be read.
    """
    found = {}
    for key, given in named_networks(config).items():
        try:
            found[given] = sha256(weights_at(given, key).read_bytes()).hexdigest()
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise InputError(f"{key}: {given}: cannot be read: {reason}") from None
    return found


def named_networks(config: RunConfig) -> dict[str, str]:
    """The paths of the trained networks that a training is given, by the key that names each."""
    named = {"train.initial": config.train.initial, "train.teacher": asked_teacher(config)}
    return {key: given for key, given in named.items() if given is not None}
