"""A smaller search space around the best trials of a study."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from math import exp, log
from typing import Any

from data.errors import InputError
from hpo.runtime.dotted_keys import put_at
from hpo.study.definition import StudyConfig
from hpo.study.learning_rates import layers_of
from hpo.study.parameter import PRESENT, Parameter, Value
from hpo.study.space import most_epochs, parameters

MARGIN = 0.25
"""How far a narrowed range goes beyond the best values at each end, in parts of their distance."""
LEAST = 0.1
"""The least that is left of a range, in parts of it: the best few may agree by chance."""


def narrowed(study: StudyConfig, best: Sequence[dict[str, Any]], name: str) -> dict[str, Any]:
    """The definition of a new study that searches around the best configurations of another.

    A range becomes the one that holds their values, a quarter of their distance wider at each end,
    on the range's own scale and within it; choices become those that one of them took. What is left
    with one value is fixed. Priors are left out: the trials know more. So is a convolution that
    none of them has, with how it learns; of one that some have, only their values count. A pruner
    that would wait for more epochs than are left begins at the last of these.

    Args:
        study: the definition of the other.
        best: values of the parameters of its best trials, by name.
        name: name of the new study.

    Returns:
        The new study's file, as a document of tables and values.

    Raises:
        InputError: there are fewer than two trials to go by.

    Example:
        >>> from hpo.study.file import load_study
        >>> study = load_study("glyphs")
        >>> low = {p.name: p.values[0] for p in parameters(study)}
        >>> high = low | {"units": 64}
        >>> narrowed(study, [low, high], "small")["train"]["optimiser"]
        'adam'
    """
    if len(best) < 2:
        raise InputError(
            f"study {study.name}: {len(best)} complete trial{'s' * (len(best) != 1)}; a narrower"
            " space needs at least two"
        )
    places = dict(zip(layers_of(study), study.network["convolutions"], strict=False))
    having = {layer: _having(layer, given, best) for layer, given in places.items()}
    around = {}
    for parameter in parameters(study):
        layer, _, rest = parameter.name.partition(".")
        which = best if rest == PRESENT else having.get(layer, best)
        if which:
            around[parameter.key] = _around(parameter, [one[parameter.name] for one in which])
    document = with_tables(study, around) | {
        "name": name,
        "description": f"around the best {len(best)} trials of {study.name}",
    }
    _leave_out(document, [place for place, who in enumerate(having.values()) if not who])
    for first in ("warm_start", "start_with"):
        document.pop(first, None)
    tables = {key: document[key] for key in ("network", "train")}
    epochs = most_epochs(study.model_copy(update=tables))
    document["pruner"]["min_epochs"] = min(epochs, study.pruner.min_epochs)
    return document


def with_tables(study: StudyConfig, tables: dict[str, Any]) -> dict[str, Any]:
    """A study's document, in which some parameters have other tables, or a value.

    Args:
        study: the definition.
        tables: tables and values by the parameters' keys.
    """
    document = deepcopy(study.model_dump(mode="json", exclude_none=True))
    if isinstance(document["train"].get("layers"), dict):
        of_each = [deepcopy(document["train"]["layers"]) for _ in layers_of(study)]
        document["train"]["layers"] = of_each
    for key, table in tables.items():
        put_at(document, key, table)
    return document


def _having(
    layer: str, given: dict[str, Any], best: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Those trials that have a convolution; the others' values for it had no effect."""
    if isinstance(given.get(PRESENT), dict):
        return [one for one in best if one[f"{layer}.{PRESENT}"]]
    return list(best) if given.get(PRESENT, True) else []


def _leave_out(document: dict[str, Any], places: Sequence[int]) -> None:
    """Takes convolutions out of a study's document, and how they learn."""
    layers = document["train"].get("layers", [])
    for place in reversed(places):
        del document["network"]["convolutions"][place]
        del layers[place : place + 1]


def _around(parameter: Parameter, values: Sequence[Value]) -> Any:  # noqa: ANN401
    """What a parameter's table becomes: a smaller one, or a value."""
    if parameter.range is None:
        kept = [choice for choice in parameter.values if choice in values]
        return kept[0] if len(kept) == 1 else {"choices": kept}
    numbers = [float(value) for value in values]
    low, high = _wider(parameter, min(numbers), max(numbers))
    if low == high:
        return low
    table = parameter.range.model_dump(
        mode="json", exclude={"prior"}, exclude_none=True, exclude_defaults=True
    )
    return table | {"low": low, "high": high}


def _wider(parameter: Parameter, low: float, high: float) -> tuple[Value, Value]:
    """The ends of the narrowed range, as values that the parameter may have."""
    given = parameter.range
    assert given is not None
    there, back = (log, exp) if given.log else (float, float)
    first, last, bottom, top = (there(x) for x in (low, high, given.low, given.high))
    missing = max(0.0, LEAST * (top - bottom) - (last - first)) / 2
    margin = max(MARGIN * (last - first), missing)
    ends = [parameter.nearest(back(end)) for end in (first - margin, last + margin)]
    assert ends[0] is not None
    assert ends[1] is not None
    return ends[0], ends[1]
