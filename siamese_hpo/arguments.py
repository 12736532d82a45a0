"""Arguments that a program gives, of whatever type: taken for what they are, or refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from data.errors import InputError


def plain(given: Any) -> Any:  # noqa: ANN401
    """What a program gives as files have it: Python's numbers for NumPy's, lists for tuples.

    Example:
        >>> plain({"trials": np.int64(4), "network": {"units": (np.int32(8),)}})
        {'trials': 4, 'network': {'units': [8]}}
    """
    if isinstance(given, np.generic):
        return given.item()
    if isinstance(given, Mapping):
        return {key: plain(of) for key, of in given.items()}
    return [plain(of) for of in given] if isinstance(given, list | tuple) else given


def name_of_device(given: object) -> str:
    """Name of a device; PyTorch's own object is taken too.

    Raises:
        InputError: it is of another type.

    Example:
        >>> name_of_device(torch.device("cuda", 1))
        'cuda:1'
    """
    if not isinstance(given, str | torch.device):
        raise InputError(f"{of_type('device', given)}: should be auto, cpu, cuda or cuda:N")
    return str(given)


def database_url(given: object) -> str | None:
    """A database's URL; None if none is given.

    Raises:
        InputError: it is of another type, as a path to a file is.
    """
    if given is not None and not isinstance(given, str):
        raise InputError(
            f"{of_type('storage', given)}: should be a database URL, such as"
            " sqlite:///runs/quick/study.db"
        )
    return given


def of_type(argument: str, given: object) -> str:
    """The beginning of a line that refuses an argument for its type.

    Example:
        >>> of_type("folder", 5)
        'folder of type int'
    """
    return f"{argument} of type {type(given).__name__}"
