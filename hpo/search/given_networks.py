"""The trained networks that a study's trainings are given, looked at before any of them."""

from __future__ import annotations

from functools import partial

import torch

from hpo.study.definition import StudyConfig
from hpo.study.parameter import Parameter, Value
from hpo.study.space import fill
from model.config import RunConfig
from model.network.initial import initial_weights
from model.network.teacher import load_teacher


def check_given_networks(study: StudyConfig) -> None:
    """Makes sure that every network of the study can start and learn from those that it names.

    Raises:
        InputError: there is no such network here, or it has other layers than some trial's, or
            takes pictures of another size.
    """
    if not study.train.keys() & {"initial", "teacher"}:
        return
    for end in (0, -1):
        config = RunConfig.model_validate(fill(study, partial(_value, end)))
        initial_weights(config)
        load_teacher(config, torch.device("cpu"))


def _value(end: int, parameter: Parameter) -> Value:
    return parameter.values[end]
