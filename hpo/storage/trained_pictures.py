"""Pictures that trained networks have seen, as their files and the results beside them say."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from data.collection import Collection
from data.errors import InputError
from data.names import FOLDER
from hpo.runtime.files import read_json
from hpo.runtime.literal_text import say
from hpo.storage.workspace import TrainedFolder
from hpo.study.given_pictures import GivenPictures, in_document
from model.config import RunConfig
from model.network.ensemble import EnsembleConfig, TrainedConfig
from model.network.given import named_networks
from model.network.weights import load_trained, weights_at


def given_to(config: TrainedConfig, results: dict[str, Any]) -> list[list[GivenPictures]]:
    """The pictures of the networks that a network, or each of an ensemble, was given.

    Args:
        config: of the network.
        results: the table of the results in its folder; empty if there are none.

    Returns:
        One list a network.
    """
    if not isinstance(config, EnsembleConfig):
        return [in_document(results)]
    members = results.get("members")
    stored = members if isinstance(members, list) else []
    tables = [member if isinstance(member, dict) else {} for member in stored]
    missing: list[dict[str, Any]] = [{}] * (len(config.members) - len(tables))
    return [in_document(table) for table in [*tables, *missing]][: len(config.members)]


def pictures_of_given(config: RunConfig) -> list[GivenPictures]:
    """The pictures of all networks that a training is given, and of those that these were given.

    Raises:
        InputError: there is no such network, or its file cannot be read.
    """
    found: list[GivenPictures] = []
    for key, network in named_networks(config).items():
        weights = weights_at(network, key)
        _, trained = load_trained(weights)
        results = _results_beside(weights)
        members = trained.members if isinstance(trained, EnsembleConfig) else (trained,)
        for member, given in zip(members, given_to(trained, results), strict=True):
            own = GivenPictures(
                network=network,
                dataset=_text(results, "dataset"),
                fingerprint=_text(results, "fingerprint"),
                pictures=member.train.pictures,
                extra_fingerprint=_text(results, "extra_fingerprint"),  # none of several networks
            )
            found += [one for one in (own, *given) if one not in found]
    return found


def say_if_known(given: Iterable[GivenPictures], collection: Collection) -> None:
    """Says that networks which a training is given may have been trained on what is held out here.

    Args:
        given: the pictures of these networks.
        collection: the training's data set.
    """
    for line in dict.fromkeys(_known(one, collection) for one in given):
        if line is not None:
            say(line)


def is_extra_of(one: GivenPictures, collection: Collection) -> bool:
    """Whether a given network was trained on a data set beside its own, by content or by name."""
    extra = one.pictures.extra
    return collection.fingerprint == one.extra_fingerprint or (
        extra is not None and _is_same(extra, collection.name)
    )


def is_inside(one: str, other: str) -> bool:
    """Whether a data set's folder is another's, or lies in it, by their names."""
    if not (one.startswith(FOLDER) and other.startswith(FOLDER)):
        return False
    inner, outer = (
        Path(os.path.realpath(os.path.expanduser(name.removeprefix(FOLDER))))
        for name in (one, other)
    )
    return inner.is_relative_to(outer)


def shared_with(one: GivenPictures, name: str) -> str | None:
    """What a given network was trained on that lies in another data set, or the other way round.

    Args:
        one: the given network's pictures.
        name: the other data set's.

    Returns:
        Words such as "folder:a, which is a part of folder:b"; None if neither is within the other.
    """
    for seen in (one.dataset, one.pictures.extra):
        if seen is None or _is_same(seen, name):
            continue
        if is_inside(seen, name):
            return f"{seen}, which is a part of {name}"
        if is_inside(name, seen):
            return f"{seen}, of which {name} is a part"
    return None


def _known(one: GivenPictures, collection: Collection) -> str | None:
    who, here = f"the network at {one.network}, which trainings are given,", collection.name
    if one.extra_fingerprint in (None, collection.fingerprint) and is_extra_of(one, collection):
        return (
            f"{who} was trained on {here} beside its data set: what is held out here is what it was"
            " trained on, and figures on it are too good"
        )
    of_dataset = one.dataset is not None and _is_same(one.dataset, here)
    changed = of_dataset and one.fingerprint not in (None, collection.fingerprint)
    if changed or is_extra_of(one, collection):
        return (
            f"{who} was trained on other pictures than {here} holds now: what is held out here may"
            " be what it was trained on, and figures on it too good"
        )
    if (shared := shared_with(one, here)) is not None:
        return (
            f"{who} was trained on {shared}: what is held out here may be what it was trained on,"
            " and figures on it too good"
        )
    return None


def _is_same(one: str, other: str) -> bool:
    """Whether two names are of one data set; a folder may be named in several ways."""
    return one == other or (is_inside(one, other) and is_inside(other, one))


def _results_beside(weights: Path) -> dict[str, Any]:
    """The results in a network's folder; an empty table where there are none, or damaged ones."""
    folder = TrainedFolder(weights.parent)
    try:
        return (read_json(folder.results) or {}) if weights == folder.weights else {}
    except InputError:
        return {}


def _text(results: dict[str, Any], key: str) -> str | None:
    found = results.get(key)
    return found if isinstance(found, str) else None
