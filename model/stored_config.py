"""Configurations, and the networks given to them, as stored beside what was trained."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from model.config import RunConfig

NETWORKS = "networks"
"""The key of a document that has which networks a training was given, see `given_networks`."""


def what_else(
    config: RunConfig, networks: Mapping[str, str], document: Mapping[str, Any]
) -> str | None:
    """What a stored training has of its own, in words; None if it is this one.

    Args:
        config: this training's configuration.
        networks: networks that this training is given, see `given_networks`.
        document: document of JSON, with the stored training's configuration and networks. Those of
            older versions tell of no networks, and count as this one's.

    Example:
        >>> stored = {
        ...     "network": {"convolutions": [{"filters": 8, "kernel": 5}], "units": 16},
        ...     "train": {"layers": [{"learning_rate": 0.01}] * 3, "initial": "runs/quick"},
        ... }
        >>> config = RunConfig.model_validate(stored)
        >>> document = {"config": stored, "networks": {"runs/quick": "0a"}}
        >>> what_else(config, {"runs/quick": "0b"}, document)
        'network at runs/quick'
    """
    if not is_stored_as(config, document.get("config")):
        return "configuration"
    if document.get(NETWORKS, networks) != networks:
        return f"network at {' or '.join(networks)}"
    return None


def is_stored_as(config: RunConfig, document: object) -> bool:
    """Whether a document of JSON is this configuration's; of an older version it may lack keys.

    What lacks a key that came later was trained as the key's default says.

    Example:
        >>> document = {
        ...     "network": {"convolutions": [{"filters": 8, "kernel": 5}], "units": 16},
        ...     "train": {"layers": [{"learning_rate": 0.01}] * 3},
        ... }
        >>> config = RunConfig.model_validate(document)
        >>> is_stored_as(config, document), is_stored_as(config, document | {"network": {}})
        (True, False)
    """
    try:
        return RunConfig.model_validate(document) == config
    except ValidationError:
        return False
