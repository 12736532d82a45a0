"""The search space: which values a study leaves open, and the configuration a trial's values make.

A study's [network] and [train] are configurations in which any value may be a range or choices.
Each range and each table of choices is one parameter of the search. Two parameters are known by
name here, both of a convolution: `padding`, to find out whether any network can exist, and
`present`, which no configuration has. A convolution that is not present is left out, together with
the entry of [train.layers] on how it learns. Its other parameters are drawn even so, and every
trial has every parameter: a sampler learns only from trials that have all it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from optuna.trial import BaseTrial, FixedTrial
from pydantic import BaseModel, ValidationError

from data.errors import InputError
from hpo.study.definition import StudyConfig
from hpo.study.parameter import PRESENT, Parameter, Value
from model.config import NetworkConfig, RunConfig, TrainConfig, layer_names
from model.config_file import explain, model_in, shown

Draw = Callable[[Parameter], Value]


def sample(trial: BaseTrial, study: StudyConfig, seed: int) -> RunConfig:
    """Samples the configuration of a trial: its sampler suggests a value for every open one.

    Args:
        trial: a running trial, or one with fixed parameters.
        study: the definition that leaves the values open.
        seed: seed of the training.

    Example:
        >>> import optuna
        >>> from hpo.study.file import load_study
        >>> trial = optuna.create_study().ask()
        >>> run = sample(trial, load_study("glyphs"), seed=7)
        >>> run.network.units == trial.params["units"], run.network.size, run.train.seed
        (True, 28, 7)
    """
    document = fill(study, lambda parameter: parameter.suggest(trial))
    document["train"]["seed"] = seed
    return RunConfig.model_validate(document)


def config_of(study: StudyConfig, params: dict[str, Any], seed: int) -> RunConfig:
    """The configuration of a finished trial, from its parameters.

    Args:
        study: the definition that the trial was sampled with.
        params: values of the parameters, by name.
        seed: seed of the training.

    Raises:
        ValueError: a parameter is missing, or is none of its choices.

    Example:
        >>> import optuna
        >>> from hpo.study.file import load_study
        >>> study, trial = load_study("glyphs"), optuna.create_study().ask()
        >>> sample(trial, study, seed=7) == config_of(study, trial.params, seed=7)
        True
    """
    return sample(FixedTrial(params), study, seed)


def parameters(study: StudyConfig) -> list[Parameter]:
    """The parameters that a study searches, in the order in which the sampler is asked.

    Example:
        >>> from hpo.study.file import load_study
        >>> [parameter.name for parameter in parameters(load_study("glyphs"))][:3]
        ['conv1.filters', 'conv1.kernel', 'conv2.filters']
    """
    found: list[Parameter] = []

    def note(parameter: Parameter) -> Value:
        found.append(parameter)
        return parameter.values[0]

    fill(study, note)
    return found


def most_epochs(study: StudyConfig) -> int:
    """The largest number of epochs that a trial of the study may have."""
    largest = fill(study, lambda parameter: max(parameter.values, key=_order))
    return RunConfig.model_validate(largest).train.epochs


def check_space(study: StudyConfig, where: str) -> None:
    """Checks a study's space: both ends of every range, every choice, and that networks can exist.

    Args:
        study: the study.
        where: the file, or whatever the study was read from, for the error.

    Raises:
        InputError: a value is not allowed, or no network can exist: names the key and what is
            allowed.
    """
    if "seed" in study.train:
        raise InputError(f"{where}: train.seed: not allowed; each trial gets its own from `seed`")
    if isinstance(study.network.get("size"), dict):
        raise InputError(f"{where}: network.size: must be one number, the same for all trials")
    if isinstance(study.train.get("validation"), dict):
        raise InputError(f"{where}: train.validation: must be one value, the same for all trials")
    pictures = study.train.get("pictures")
    for key in ("drawers", "extra"):
        if isinstance(pictures, dict) and isinstance(pictures.get(key), dict):
            raise InputError(
                f"{where}: train.pictures.{key}: must be one value, the same for all trials"
            )
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
            value = parameter.values[min(number, len(parameter.values) - 1)]
            # A convolution that may be present is: left out, its other values would not be seen.
            may_be = parameter.key.endswith(f".{PRESENT}") and True in parameter.values
            return True if may_be and value is False else value

        return fill(study, end)

    try:
        number = 0
        while number == 0 or number < max((len(p.values) for p in found), default=1):
            RunConfig.model_validate(ends(number))
            number += 1
        roomiest = RunConfig.model_validate(fill(study, _roomiest))
        epochs = most_epochs(study)  # of the largest network, with every convolution
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
    if study.pruner.min_epochs > epochs:
        raise InputError(
            f"{where}: pruner.min_epochs: should be at most train.epochs, {epochs},"
            f" not {study.pruner.min_epochs}"
        )


def _roomiest(parameter: Parameter) -> Value:
    """The value of a parameter that shrinks a picture least."""
    # The smallest: a small kernel, no pooling, the convolution not present. But padding, if it may.
    most = max if parameter.key.endswith(".padding") else min
    return most(parameter.values, key=_order)


def _order(value: Value) -> tuple[bool, Value]:
    """Numbers before words: a convolution that is never present may have choices of both."""
    return isinstance(value, str), value


def fill(study: StudyConfig, draw: Draw) -> dict[str, Any]:
    """Fills in a study's network and training: draws every open value.

    Keys and values that are not valid stay as they are, for pydantic to find.

    Args:
        study: the study.
        draw: chooses a parameter's value.

    Returns:
        The tables "network" and "train" of a configuration.

    Raises:
        InputError: a range or choice has a mistake, or `present` is not true or false.
    """
    network, train = study.network, study.train
    given = network.get("convolutions")
    convolutions = list(given) if isinstance(given, list) else []
    layers = layer_names(len(convolutions))
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
        raise InputError(f"{key}: should be true, false or choices of these, not {shown(value)}")
    return value


def _fill_table(
    model: type[BaseModel],
    table: dict[str, Any],
    key: str,
    prefix: str,
    layers: tuple[str, ...],
    draw: Draw,
) -> dict[str, Any]:
    """Fills in one table of a study.

    Args:
        model: the class of the table.
        table: keys and values, some of them open.
        key: dotted key of the table in the study's file.
        prefix: beginning of its parameters' names.
        layers: names of the network's layers, for the parameters of a list's items.
        draw: chooses a parameter's value.
    """
    filled = dict(table)
    # In the order of the class: the order in the file must not matter to the sampler.
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
