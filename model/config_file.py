"""Configuration files, TOML, JSON or YAML: written, and checked with one clear line per mistake."""

from __future__ import annotations

import json
from datetime import date, time
from pathlib import Path
from types import NoneType
from typing import Any, Literal, get_args

import tomli_w
import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from data.errors import InputError, allowed_or_near, shortened
from data.names import Dataset
from model.config import RunConfig
from model.document import read_document
from model.strict import DatasetName

Form = Literal["toml", "json", "yaml"]
"""A configuration file's format."""

TYPES = {
    "bool_type": "true or false",
    "int_type": "a whole number",
    "float_type": "a number",
    "string_type": "a string",
    "tuple_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
}
"""By pydantic's name of an error about a value's type: what should be there, in TOML's words."""

MOST_BITS = 1024
"""Bits of a whole number up to which it is written in tens: Python refuses that to far longer ones.

Such a number is in a file that gives it in hexadecimal digits.
"""


class _ConfigFile(RunConfig):
    """The content of a configuration file.

    Attributes:
        dataset: the data set that the configuration was found on; "auto" if not known.
    """

    dataset: DatasetName = "auto"


def read_config(path: Path) -> RunConfig:
    """Reads a configuration file as `export` writes it: TOML, JSON or YAML.

    Raises:
        InputError: the file is missing or wrong; the message names the file, the key and what is
            allowed.

    Example:
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> from model.config import Convolution, LayerConfig, NetworkConfig, TrainConfig
        >>> config = RunConfig(
        ...     network=NetworkConfig(convolutions=[Convolution(filters=8, kernel=5)], units=16),
        ...     train=TrainConfig(layers=[LayerConfig(learning_rate=0.01)] * 3),
        ... )
        >>> with TemporaryDirectory() as folder:
        ...     file = Path(folder) / "best.toml"
        ...     _ = file.write_text(to_toml(config))
        ...     read_config(file) == config
        True
    """
    return read_config_and_dataset(path)[0]


def read_config_and_dataset(path: Path) -> tuple[RunConfig, Dataset]:
    """Reads a configuration, and which data set it was found on; "auto" if its file does not say.

    The file is read once, so it may be a pipe.

    Raises:
        InputError: as `read_config`.
    """
    try:
        file = _ConfigFile.model_validate(read_document(path))
    except ValidationError as error:
        raise InputError(explain(error, str(path), _ConfigFile)) from None
    short = file.network.shortfall()
    if short:
        raise InputError(
            f"{path}: network.convolutions: a picture of size {file.network.size} is {short}"
            " pixels too small for these kernels and pools"
        )
    return RunConfig(network=file.network, train=file.train), file.dataset


def to_toml(config: RunConfig, dataset: str = "auto") -> str:
    """Writes a configuration as TOML, see `to_text`.

    Example:
        >>> from model.config import Convolution, LayerConfig, NetworkConfig, TrainConfig
        >>> config = RunConfig(
        ...     network=NetworkConfig(convolutions=[Convolution(filters=8, kernel=5)], units=16),
        ...     train=TrainConfig(layers=[LayerConfig(learning_rate=0.01)] * 3),
        ... )
        >>> print(to_toml(config, dataset="omniglot")[:45])
        dataset = "omniglot"
        <BLANKLINE>
        [network]
        size = 35
        ...
    """
    return to_text(config, "toml", dataset)


def to_text(config: RunConfig, form: Form, dataset: str = "auto") -> str:
    """Writes a configuration as the content of a file that `read_config` reads.

    Args:
        config: the configuration.
        form: the file's format.
        dataset: the data set that it was found on; "auto" if not known.
    """
    found_on = {} if dataset == "auto" else {"dataset": dataset}
    # A key without a value is left out: TOML has no null, and reading gives the same again.
    document = found_on | config.model_dump(mode="json", exclude_none=True)
    if form == "toml":
        return tomli_w.dumps(document)
    if form == "yaml":
        return str(yaml.safe_dump(document, sort_keys=False))
    assert form == "json", form
    return json.dumps(document, indent=2) + "\n"


def explain(error: ValidationError, where: str, model: type[BaseModel]) -> str:
    """Explains the first mistake in one line: where, the dotted key, what is wrong or allowed.

    An unknown key goes first, for a misspelt one is also missing under its right name.

    Args:
        error: error from validating `model`.
        where: the file, or whatever else was validated.
        model: whose fields are the allowed keys.
    """
    mistakes = error.errors(include_url=False)
    first = min(mistakes, key=lambda mistake: mistake["type"] != "extra_forbidden")
    location = list(first["loc"])
    if location[-1:] and location[-1] in ("bool", "int", "float", "str"):
        # One of several types that are allowed here, each with its own mistake.
        location.pop()
        mistakes = [m for m in mistakes if list(m["loc"][:-1]) == location]
    else:
        mistakes = [first]
    key = ".".join(shortened(str(part)) for part in location)
    prefix = f"{where}: {key if key.isprintable() else repr(key)}: " if key else f"{where}: "
    if first["type"] == "extra_forbidden":
        allowed = _keys_at(model, location[:-1])
        return f"{prefix}unknown key; {allowed_or_near(str(location[-1]), sorted(allowed))}"
    return prefix + _complaint(mistakes)


def _complaint(mistakes: list[ErrorDetails]) -> str:
    """Says what is wrong with one value, which has a mistake for each type that is allowed."""
    # That a number is not finite says more than that it is not a string.
    told = next((m for m in mistakes if m["type"] not in TYPES), mistakes[0])
    if told["type"] == "missing":
        return "is required"
    if told["type"] == "value_error":
        message, given = told["msg"].removeprefix("Value error, "), told["input"]
        return message.replace(given, shortened(given)) if isinstance(given, str) else message
    if told["type"] in ("too_short", "too_long"):
        least, most = (told["ctx"].get(f"{end}_length") for end in ("min", "max"))
        bound = f"{least} or more" if most is None else f"{most} or fewer"
        return f"should have {bound} entries, not {told['ctx']['actual_length']}"
    if told["type"] in TYPES:
        words = [TYPES[m["type"]] for m in mistakes]
        if "a number" in words and "a whole number" in words:
            words.remove("a whole number")
        what = "should be " + " or ".join(filter(None, (", ".join(words[:-1]), words[-1])))
    else:
        what = told["msg"].replace("Input should", "should", 1)
    return f"{what}, not {shown(told['input'])}"


def shown(value: object) -> str:
    """A value as an error shows it: as TOML writes it, of a long one its beginning.

    Example:
        >>> shown("wide"), len(shown("a" * 300_000))
        ("'wide'", 103)
    """
    return shortened(as_toml(value))


def as_toml(value: object) -> str:
    """Writes a value as TOML does; a table, list, null, date or time by its kind alone."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and value.bit_length() > MOST_BITS:
        return hex(value)
    if isinstance(value, (int, float, str)):
        return repr(value)
    if isinstance(value, date | time):
        return "a date or time"
    kinds = {dict: "a table", list: "a list", tuple: "a list", NoneType: "null"}
    # Of what no file has, but a program gives.
    return kinds.get(type(value), f"a value of type {type(value).__name__}")


def _keys_at(model: type[BaseModel], location: list[int | str]) -> list[str]:
    """Names the fields of the model at a location within `model`."""
    for part in location:
        if isinstance(part, int):
            continue
        inner = (
            model_in(model.model_fields[part].annotation) if part in model.model_fields else None
        )
        if inner is None:
            return []
        model = inner
    return list(model.model_fields)


def model_in(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401
    """Finds the model in an annotation such as `Model` or `tuple[Model, ...]`; None if none."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (model_in(part) for part in get_args(annotation))
    return next((model for model in found if model is not None), None)
