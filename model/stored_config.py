"""Configurations as they are stored beside what was trained: told from others."""

from __future__ import annotations

from pydantic import ValidationError

from model.config import RunConfig


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
