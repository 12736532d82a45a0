"""The trained networks that a study's trainings are given, looked at before any of them."""

from __future__ import annotations

from functools import partial

import torch

from hpo.study.definition import StudyConfig
from hpo.study.parameter import Parameter, Value
from hpo.study.space import fill, parameters
from model.config import RunConfig
from model.network.initial import initial_weights
from model.network.teacher import load_teacher


def check_given_networks(study: StudyConfig) -> None:
    """Makes sure that the study's networks can start and learn from those that it names.

    Tried are the ends of every range and each value of every choice, not all together.

    Raises:
        InputError: there is no such network here; or the size, convolutions, units or batch_norm
            of the one to start from are not some trial's; or a teacher takes pictures of another
            size.
    """
    if not study.train.keys() & {"initial", "teacher"}:
        return
    most = max((len(parameter.values) for parameter in parameters(study)), default=1)
    for number in range(most):
        config = RunConfig.model_validate(fill(study, partial(_value, number)))
        initial_weights(config)
        load_teacher(config, torch.device("cpu"))


def _value(number: int, parameter: Parameter) -> Value:
    if parameter.key == "train.loss" and "one-shot" in parameter.values:
        return "one-shot"  # the only loss that asks a teacher
    return parameter.values[min(number, len(parameter.values) - 1)]
