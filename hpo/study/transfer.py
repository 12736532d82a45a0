"""A configuration of one study, brought into the space of another."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from hpo.runtime.dotted_keys import value_at, whole
from hpo.study.definition import StudyConfig
from hpo.study.parameter import PRESENT, Parameter, Value
from hpo.study.space import fill
from model.config import RunConfig

Likeness = tuple[int, int]
"""Likeness of two networks: minus the difference in depth, and the number of equal layer values."""


def nearest(study: StudyConfig, run: RunConfig) -> dict[str, Value]:
    """The parameters with which a trial of a study comes nearest to a given configuration.

    A parameter is left out if no value of it is near. The configuration's convolutions stay in
    order, each in the place of one of the study's. Places that remain are absent, or left to the
    sampler if they must be present; convolutions without a place are left out. Of all ways to do
    so this is the one with the greatest likeness; of equals, the one without the last convolutions.

    Args:
        study: the study that the trial will be of.
        run: the configuration, often another study's.

    Returns:
        Values of the parameters, by name.

    Example:
        >>> import optuna
        >>> from hpo.study.file import load_study
        >>> from hpo.study.space import sample
        >>> study = load_study("glyphs")
        >>> run = sample(optuna.create_study().ask(), study, seed=0)
        >>> network = run.network.model_copy(update={"units": 4096})
        >>> nearest(study, run.model_copy(update={"network": network}))["units"]
        128
    """
    given, places = len(run.network.convolutions), len(study.network["convolutions"])
    both = min(given, places)
    ways = [
        _brought(study, _only(run, kept), taken)
        for kept in combinations(range(given), both)
        for taken in combinations(range(places), both)
    ]
    _, params = max(ways, key=lambda way: way[0])
    return params


def _brought(
    study: StudyConfig, run: RunConfig, taken: Sequence[int]
) -> tuple[Likeness, dict[str, Value]]:
    """Brings a configuration into a study, its convolutions in the places `taken`.

    The study's other convolutions are absent, if they may be.

    Returns:
        The likeness, and values of the parameters, by name.
    """
    document = whole(run)
    convolutions, layers = document["network"]["convolutions"], document["train"]["layers"]
    for place in range(len(study.network["convolutions"])):
        if place not in taken:
            convolutions.insert(place, {})
            layers.insert(place, {})
        convolutions[place][PRESENT] = place in taken
    found: dict[str, Value] = {}

    def take(parameter: Parameter) -> Value:
        near = parameter.nearest(value_at(document, parameter.key))
        if near is None:
            return parameter.values[0]
        found[parameter.name] = near
        return near

    return _likeness(run, RunConfig.model_validate(fill(study, take))), found


def _only(run: RunConfig, kept: Sequence[int]) -> RunConfig:
    """The configuration with only those convolutions whose places are in `kept`."""
    convolutions, layers = run.network.convolutions, run.train.layers
    of_network = tuple(convolutions[place] for place in kept)
    of_layers = *(layers[place] for place in kept), *layers[len(convolutions) :]
    return RunConfig(
        network=run.network.model_copy(update={"convolutions": of_network}),
        train=run.train.model_copy(update={"layers": of_layers}),
    )


def _likeness(one: RunConfig, other: RunConfig) -> Likeness:
    pairs = (
        *zip(one.network.convolutions, other.network.convolutions, strict=False),
        *zip(one.train.layers, other.train.layers, strict=False),
    )
    same = sum(len(left.model_dump().items() & right.model_dump().items()) for left, right in pairs)
    return -abs(len(one.network.convolutions) - len(other.network.convolutions)), same
