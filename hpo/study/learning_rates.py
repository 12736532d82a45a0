"""The learning rates of a study's layers: of their own, or factors of the whole network's."""

from __future__ import annotations

from typing import Any

from hpo.study.definition import StudyConfig
from hpo.study.parameter import PRESENT
from hpo.study.space import config_of
from model.config import TrainConfig, layer_names

LAYER_RATE = ".learning_rate"
"""How the name of a layer's parameter ends, after the layer's."""
GLOBAL_RATE = "learning_rate"
"""Name of the whole network's learning rate among the study's and a trial's parameters."""


def are_factors(study: StudyConfig) -> bool:
    """Whether layers' learning rates are factors: the network's is searched, or is not 1."""
    default = TrainConfig.model_fields[GLOBAL_RATE].default
    return bool(study.train.get(GLOBAL_RATE, default) != default)


def layers_of(study: StudyConfig) -> tuple[str, ...]:
    """The names of the study's layers, as its parameters' names begin: conv1, ..., output."""
    return layer_names(len(study.network["convolutions"]))


def layer_rates(study: StudyConfig, params: dict[str, Any]) -> dict[str, float]:
    """The learning rate of each layer that a trial's network has, before the schedule.

    The network's rate times the layer's, by the layer's name in the study.
    """
    train = config_of(study, params, seed=0).train
    places = dict(zip(layers_of(study), study.network["convolutions"], strict=False))
    there = [
        layer
        for layer in layers_of(study)
        if params.get(f"{layer}.{PRESENT}", places.get(layer, {}).get(PRESENT, True))
    ]
    return {
        layer: train.learning_rate * own.learning_rate
        for layer, own in zip(there, train.layers, strict=True)
    }
