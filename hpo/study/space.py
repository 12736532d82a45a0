"""The search space, and its one mapping: from a trial's parameters to a configuration.

A study's [network] and [train] are configurations in which any value may be a range or choices.
Each of these is one parameter of the search. Nothing here knows a parameter by name, but two of a
convolution: its `padding`, for what can exist, and one that no configuration has: whether it is
`present`. One that is not, is left out, with the layer that says how it learns. Its other
parameters are drawn all the same, so that every trial has the same ones: a sampler learns from
those trials alone that have all it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from optuna.trial import BaseTrial, FixedTrial
from pydantic import BaseModel, ValidationError

from data.errors import InputError
from hpo.study.definition import StudyConfig
from hpo.study.parameter import Parameter, Value
from model.config import NetworkConfig, RunConfig, TrainConfig
from model.config_file import as_toml, explain, model_in

PRESENT = "present"
"""Of a convolution in a study: true or false, or a choice of both."""

Draw = Callable[[Parameter], Value]


def sample(trial: BaseTrial, study: StudyConfig, seed: int) -> RunConfig:
    """The configuration of a trial, its open values suggested by the study's sampler.

    Args:
        seed: of the training.
    """
    document = fill(study, lambda parameter: parameter.suggest(trial))
    document["train"]["seed"] = seed
    return RunConfig.model_validate(document)


def config_of(study: StudyConfig, params: dict[str, Any], seed: int) -> RunConfig:
    """The configuration that a finished trial's parameters stand for."""
    return sample(FixedTrial(params), study, seed)


def parameters(study: StudyConfig) -> list[Parameter]:
    """The parameters that a study searches, in the order in which the sampler is asked."""
    found: list[Parameter] = []

    def note(parameter: Parameter) -> Value:
        found.append(parameter)
        return parameter.values[0]

    fill(study, note)
    return found


def most_epochs(study: StudyConfig) -> int:
    """The largest number of epochs that a trial of the study may have."""
    largest = fill(study, lambda parameter: max(parameter.values))
    return RunConfig.model_validate(largest).train.epochs


def check_space(study: StudyConfig, where: str) -> None:
    """Tries every end of every range and every choice, and whether any network can exist.

    Args:
        where: what the study was read from, for the error.

    Raises:
        InputError: names the key and what is allowed.
    """
    if "seed" in study.train:
        raise InputError(f"{where}: train.seed: not allowed; each trial gets its own from `seed`")
    if isinstance(study.network.get("size"), dict):
        raise InputError(f"{where}: network.size: must be one number, the same for all trials")
    if isinstance(study.train.get("validation"), dict):
        raise InputError(f"{where}: train.validation: must be one value, the same for all trials")
    if study.train.get("validation") == "verification":
        raise InputError(
            f"{where}: train.validation: should be 'exact' or 'sampled', not 'verification':"
            " trials are compared by one-shot accuracy"
        )
    found: list[Parameter] = []

    def ends(number: int) -> dict[str, Any]:
        found.clear()

        def end(parameter: Parameter) -> Value:
            found.append(parameter)
            return parameter.values[min(number, len(parameter.values) - 1)]

        return fill(study, end)

    try:
        number = 0
        while number == 0 or number < max((len(p.values) for p in found), default=1):
            RunConfig.model_validate(ends(number))
            number += 1
        roomiest = RunConfig.model_validate(fill(study, _roomiest))
    except (InputError, ValidationError) as error:
        line = (
            explain(error, where, RunConfig)
            if isinstance(error, ValidationError)
            else f"{where}: {error}"
        )
        if isinstance(study.train.get("layers"), dict):
            line = line.replace("train.layers.0.", "train.layers.")
        raise InputError(line) from None
    if short := roomiest.network.shortfall():
        raise InputError(
            f"{where}: network.convolutions: no network of this space can exist; with the smallest"
            f" kernels a picture of size {roomiest.network.size} is still {short} pixels too small"
        )
    if study.pruner.min_epochs > most_epochs(study):
        raise InputError(
            f"{where}: pruner.min_epochs: should be at most train.epochs, {most_epochs(study)},"
            f" not {study.pruner.min_epochs}"
        )


def _roomiest(parameter: Parameter) -> Value:
    """The value with which most of a picture is left."""
    # The least does: a small kernel, no pooling, no such convolution. Of padding it is the most.
    return (max if parameter.key.endswith(".padding") else min)(parameter.values)


def fill(study: StudyConfig, draw: Draw) -> dict[str, Any]:
    """The study's network and training, with every open value drawn.

    What is no valid key or value stays as it is, for pydantic to find.
    """
    network, train = study.network, study.train
    given = network.get("convolutions")
    convolutions = list(given) if isinstance(given, list) else []
    layers = [*(f"conv{i + 1}" for i in range(len(convolutions))), "embedding", "output"]
    if isinstance(train.get("layers"), dict):
        train = train | {"layers": [train["layers"]] * len(layers)}
    absent = []
    for number, convolution in enumerate(convolutions):
        if isinstance(convolution, dict) and PRESENT in convolution:
            key = f"network.convolutions.{number}.{PRESENT}"
            if not _is_present(convolution[PRESENT], f"{layers[number]}.{PRESENT}", key, draw):
                absent.append(number)
            convolutions[number] = {k: v for k, v in convolution.items() if k != PRESENT}
    if convolutions:
        network = network | {"convolutions": convolutions}
    filled = {
        "network": _fill_table(NetworkConfig, network, "network", "", layers, draw),
        "train": _fill_table(TrainConfig, train, "train", "", layers, draw),
    }
    for number in reversed(absent):
        for of_layers in (filled["network"]["convolutions"], filled["train"].get("layers")):
            if isinstance(of_layers, list):
                del of_layers[number : number + 1]
    return filled


def _is_present(value: object, name: str, key: str, draw: Draw) -> bool:
    if isinstance(value, dict):
        value = draw(Parameter.of(name, key, value, whole=True))
    if not isinstance(value, bool):
        raise InputError(f"{key}: should be true, false or choices of these, not {as_toml(value)}")
    return value


def _fill_table(
    model: type[BaseModel],
    table: dict[str, Any],
    key: str,
    prefix: str,
    layers: list[str],
    draw: Draw,
) -> dict[str, Any]:
    """One table of `fill`: `key` is where it stands, `prefix` begins its parameters' names."""
    filled = dict(table)
    # In the model's order: that of the file must not matter to the sampler.
    for name, field in model.model_fields.items():
        value = table.get(name)
        here = f"{key}.{name}"
        inner = model_in(field.annotation)
        if inner is None:
            if isinstance(value, dict):
                whole = field.annotation is not float
                filled[name] = draw(Parameter.of(prefix + name, here, value, whole))
        elif isinstance(value, dict):
            filled[name] = _fill_table(inner, value, here, f"{prefix}{name}.", layers, draw)
        elif isinstance(value, list):
            names = [*layers, *(str(i) for i in range(len(layers), len(value)))]
            filled[name] = [
                _fill_table(inner, item, f"{here}.{i}", f"{names[i]}.", layers, draw)
                if isinstance(item, dict)
                else item
                for i, item in enumerate(value)
            ]
    return filled
