"""What keeps studies from being compared, and the hyperparameters in which their winners differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from hpo.compare.studies import ComparedStudy
from hpo.runtime.dotted_keys import leaves, whole
from hpo.study.definition import StudyConfig
from hpo.study.spelt_out import spelt_out
from model.config import RunConfig
from model.config_file import as_toml

NAMED = 3
"""How many keys a line names; of the others it gives the number."""
NOT_A_CHOICE = "train.seed"
"""The key that differs from network to network, and that nobody chooses."""


def not_comparable(studies: Sequence[ComparedStudy]) -> list[str]:
    """Sentences on why figures of studies may not be compared; none where they may.

    Each study is held against the first.
    """
    first, *others = studies
    return [line for other in others for line in _against(first, other)]


def _against(first: ComparedStudy, other: ComparedStudy) -> Iterator[str]:
    pair = f"{first.name} and {other.name}"
    one, two = first.config.dataset, other.config.dataset
    if not _same(first.fingerprint, other.fingerprint, one == two):
        yield (
            f"Not comparable: {pair} are on different pictures, both called {one}"
            if one == two
            else f"Not comparable: {first.name} is on {one}, {other.name} on {two}"
        )
    if first.way != other.way:
        yield (
            f"Not comparable: accuracies of {first.name} are {first.way}-way, of {other.name}"
            f" {other.way}-way"
        )
    one, two = _trained_on(first), _trained_on(other)
    if first.extra and other.extra and first.extra != other.extra and one == two:
        yield f"Not comparable: {pair} train on different alphabets, both of {one}"
    elif not _trained_alike(first, other):
        yield f"Not comparable: {first.name} trains on {one}, {other.name} on {two}"
    for given in sorted(first.networks.keys() & other.networks.keys()):
        if first.networks[given] != other.networks[given]:
            yield f"Not comparable: {pair} were given different networks, both at {given}"
    if keys := _unlike(_space(first.config), _space(other.config)):
        yield f"Not comparable as searches: {pair} search different spaces ({_named(keys)})"
    retrained = [study.config.finish.model_dump(mode="json") for study in (first, other)]
    if first.results and other.results and (keys := _unlike(*retrained)):
        yield f"Winners not comparable: {pair} retrain differently (finish: {_named(keys)})"


def _trained_on(study: ComparedStudy) -> str:
    return study.besides or "the training split alone"


def _same(one: str | None, other: str | None, named_alike: bool) -> bool:
    """Whether two fingerprints are of the same pictures; where one is not known, the names tell.

    A folder may be named in several ways.
    """
    return one == other if one and other else named_alike


def _trained_alike(first: ComparedStudy, other: ComparedStudy) -> bool:
    """Whether both train on the same pictures."""
    one, two = first.config.pictures, other.config.pictures
    same = _same(first.extra, other.extra, one.extra == two.extra)
    if first.given is not None and other.given is not None:
        of_given = [{given.pictures.besides for given in s.given or ()} for s in (first, other)]
        same = same and of_given[0] - {None} == of_given[1] - {None}
    return one.drawers == two.drawers and same


def _space(config: StudyConfig) -> dict[str, Any]:
    """What every trial is made of: ranges, choices and fixed values.

    Without what is trained on, which `_trained_alike` looks at.
    """
    document = spelt_out(config.network, config.train)
    share = {"pictures": {"share": document["train"]["pictures"]["share"]}}
    return document | {"train": document["train"] | share}


def _unlike(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """Keys with different values."""
    before, after = leaves(one), leaves(other)
    missing = object()
    return [key for key in before | after if before.get(key, missing) != after.get(key, missing)]


def _named(keys: Sequence[str]) -> str:
    more = f" and {len(keys) - NAMED} more" if len(keys) > NAMED else ""
    return f"{', '.join(keys[:NAMED])}{more}"


def hyperparameters(studies: Sequence[ComparedStudy]) -> dict[str, list[str]]:
    """Hyperparameters in which the networks that studies found differ, by their names.

    Each layer is held against the one of its name in the other networks.

    Returns:
        For each the values, one a study; "" where a network has none, or none is found yet.
    """
    found = [_by_layer(study.found) for study in studies]
    keys = dict.fromkeys(key for values in found for key in values if key != NOT_A_CHOICE)
    shown = {key: [_shown(values.get(key)) for values in found] for key in keys}
    known = [place for place, values in enumerate(found) if values]
    return {key: row for key, row in shown.items() if len({row[place] for place in known}) > 1}


def _by_layer(config: RunConfig | None) -> dict[str, Any]:
    """A configuration's values, those of a layer under the layer's name."""
    if config is None:
        return {}
    document = whole(config)
    names = config.network.layer_names
    convolutions, layers = document["network"].pop("convolutions"), document["train"].pop("layers")
    for name, table in [*zip(names, convolutions, strict=False), *zip(names, layers, strict=True)]:
        document[name] = document.get(name, {}) | table
    return leaves(document)


def _shown(value: Any) -> str:  # noqa: ANN401
    """A value as a table holds it: numbers to four digits."""
    if value is None:
        return ""
    return f"{value:.4g}" if isinstance(value, float) else as_toml(value)
