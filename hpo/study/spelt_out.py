"""A search space with nothing left to defaults, so that equal spaces are equal documents.

A study's file may write a default out or leave it to the program, and says nothing else by that;
and a study that an older version stored lacks the keys that came later.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from data.errors import InputError
from hpo.runtime.dotted_keys import whole
from hpo.study.parameter import PRESENT, Parameter
from model.config import Convolution, NetworkConfig, TrainConfig
from model.config_file import model_in


def spelt_out(network: dict[str, Any], train: dict[str, Any]) -> dict[str, Any]:
    """A study's network and training with all defaults written out, also those of ranges.

    A key without a value is left out, and so is the `present` of a convolution that always is.
    Layers that all learn alike are one table. Values that are not allowed stay as they are.

    Args:
        network: NetworkConfig with ranges and choices.
        train: TrainConfig with ranges and choices.

    Returns:
        The tables "network" and "train".

    Example:
        >>> layer = {"learning_rate": {"low": 0.01, "high": 0.1}}
        >>> one = spelt_out({"units": 8}, {"layers": layer})
        >>> one == spelt_out({"units": 8, "batch_norm": False}, {"layers": [layer] * 3})
        True
        >>> one["train"]["layers"]["learning_rate"]
        {'low': 0.01, 'high': 0.1, 'log': False}
    """
    found = {"network": _table(NetworkConfig, network), "train": _table(TrainConfig, train)}
    layers = found["train"].get("layers")
    if isinstance(layers, list) and layers and all(layer == layers[0] for layer in layers):
        found["train"]["layers"] = layers[0]
    return found


def _table(model: type[BaseModel], table: dict[str, Any]) -> dict[str, Any]:
    """A table with all that its class has."""
    found = {name: value for name, value in table.items() if value is not None}
    for name, field in model.model_fields.items():
        inner, value = model_in(field.annotation), found.get(name)
        if value is None and not field.is_required():
            value = whole(field.default)
        if isinstance(value, dict):
            of_whole = field.annotation is not float
            value = _open(value, of_whole) if inner is None else _table(inner, value)
        elif isinstance(value, list) and inner is not None:
            value = [_table(inner, item) if isinstance(item, dict) else item for item in value]
        if value is not None:
            found[name] = value
    if model is Convolution and PRESENT in found:
        if found[PRESENT] is True:
            del found[PRESENT]
        elif isinstance(found[PRESENT], dict):
            found[PRESENT] = _open(found[PRESENT], of_whole=True)
    return found


def _open(table: dict[str, Any], of_whole: bool) -> dict[str, Any]:
    """The table of a parameter."""
    try:
        parameter = Parameter.of("", "", table, of_whole)
    except InputError:
        return table
    if parameter.range is None:
        prior = {} if parameter.prior is None else {"prior": parameter.prior}
        return {"choices": list(parameter.values)} | prior
    given = parameter.range.model_dump(exclude_none=True)
    return given | {"step": parameter.range.step or 1} if of_whole else given
