"""The trained networks that a study's trainings are given: looked at first, and kept the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

import optuna
import torch

from data.errors import InputError
from hpo.database.swap import swap
from hpo.storage.studies import GIVEN_PICTURES, NETWORKS
from hpo.storage.trained_pictures import pictures_of_given
from hpo.study.definition import StudyConfig
from hpo.study.given_pictures import GivenPictures
from hpo.study.parameter import Parameter, Value
from hpo.study.space import fill, parameters
from model.config import RunConfig
from model.network.given import given_networks, named_networks
from model.network.initial import weights_that_fit
from model.network.teacher import asked_teacher, load_teacher


def check_given_networks(config: StudyConfig) -> None:
    """Makes sure that the study's networks can start and learn from those that it names.

    Tried are the ends of every range and each value of every choice: each network to start from
    with all of them, the rest not all together.

    Raises:
        InputError: there is no such network here; or the size, convolutions, units or batch_norm
            of the one to start from are not some trial's; or a teacher takes pictures of another
            size.
    """
    runs = list(_given(config))
    for initial in dict.fromkeys(run.train.initial for run in runs):
        if initial is not None:
            weights_that_fit(initial, [run.network for run in runs])
    # A teacher must fit the size alone, which all trials share.
    for run in {asked_teacher(run): run for run in runs}.values():
        load_teacher(run, torch.device("cpu"))


def keep_given_networks(study: optuna.Study, config: StudyConfig) -> None:
    """Stores which networks the study's trainings are given, or checks that they are still these.

    They are told by their SHA-256: where the study has stored some, those here must be the same.

    Args:
        study: the study in its storage.
        config: its definition.

    Raises:
        InputError: there is no such network here, or another one than the study was begun with.
    """
    here: dict[str, str] = {}
    for run in _distinct(config):
        here |= given_networks(run)
    if not here:
        return  # without a read of the storage: this is asked before each trial
    if study.user_attrs.get(NETWORKS) is None:
        swap(study, NETWORKS, None, here)
    stored = study.user_attrs.get(NETWORKS, {})  # another process may have been faster
    for given, fingerprint in here.items():
        if (before := stored.get(given, fingerprint)) != fingerprint:
            raise InputError(
                f"study {study.study_name}: was begun with another network at {given} than there is"
                f" here now (SHA-256 {before[:12]}, here {fingerprint[:12]}); put that one there,"
                " or give the study another name"
            )
    if study.user_attrs.get(GIVEN_PICTURES) is None:
        found = [one.model_dump(mode="json") for one in pictures_given(config)]
        swap(study, GIVEN_PICTURES, None, found)


def pictures_given(config: StudyConfig) -> list[GivenPictures]:
    """The pictures of all networks that the study's trainings are given, see `pictures_of_given`.

    Raises:
        InputError: there is no such network here.
    """
    found: list[GivenPictures] = []
    for run in _distinct(config):
        found += [one for one in pictures_of_given(run) if one not in found]
    return found


def _distinct(config: StudyConfig) -> Iterable[RunConfig]:
    """Configurations that together name every network, one for each set of networks."""
    return {tuple(named_networks(run).items()): run for run in _given(config)}.values()


def _given(config: StudyConfig) -> Iterator[RunConfig]:
    """Configurations that together name every network that a trial may be given.

    Empty if the study names none.
    """
    if not config.names_networks:
        return
    most = max((len(parameter.values) for parameter in parameters(config)), default=1)
    for number in range(most):
        yield RunConfig.model_validate(fill(config, partial(_value, number)))


def _value(number: int, parameter: Parameter) -> Value:
    if parameter.key == "train.loss" and "one-shot" in parameter.values:
        return "one-shot"  # the only loss that asks a teacher
    return parameter.values[min(number, len(parameter.values) - 1)]
