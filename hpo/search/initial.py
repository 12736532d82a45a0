"""The trained network that a study's trainings start from, looked at before any of them."""

from __future__ import annotations

from functools import partial

from hpo.study.definition import StudyConfig
from hpo.study.parameter import Parameter, Value
from hpo.study.space import fill
from model.config import RunConfig
from model.network.weights import initial_weights


def check_initial(study: StudyConfig) -> None:
    """Makes sure that every network of the study can start from the one that it names, if any.

    Raises:
        InputError: there is no such network here, or it has other layers than some trial's.
    """
    if "initial" not in study.train:
        return
    for end in (0, -1):
        document = fill(study, partial(_value, end))
        initial_weights(RunConfig.model_validate(document))


def _value(end: int, parameter: Parameter) -> Value:
    return parameter.values[end]
