"""Configuration files: read with one clear line for every mistake, written as TOML."""

from __future__ import annotations

import difflib
import json
import tomllib
from pathlib import Path
from typing import Any

import tomli_w
from pydantic import BaseModel, ValidationError

from data.errors import InputError
from model.config import RunConfig


def read_document(path: Path) -> dict[str, Any]:
    """The content of a TOML or JSON file.

    Raises:
        InputError: no such file, or not of that form.
    """
    try:
        text = path.read_text(encoding="utf-8")
        document = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except OSError as error:
        raise InputError(f"{path}: {(error.strerror or str(error)).lower()}") from None
    except ValueError as error:
        raise InputError(f"{path}: {error}") from None
    if not isinstance(document, dict):
        raise InputError(f"{path}: holds no table of keys")
    return document


def read_config(path: Path) -> RunConfig:
    """A configuration as `export` writes it, TOML or JSON.

    Raises:
        InputError: the file is missing or wrong; names the file, the key and what is allowed.
    """
    try:
        config = RunConfig.model_validate(read_document(path))
    except ValidationError as error:
        raise InputError(explain(error, str(path), RunConfig)) from None
    short = config.network.shortfall()
    if short:
        raise InputError(
            f"{path}: network.convolutions: a picture of size {config.network.size} is {short}"
            " pixels too small for these kernels and pools"
        )
    return config


def to_toml(config: RunConfig) -> str:
    """The configuration as TOML that `read_config` takes."""
    return tomli_w.dumps(config.model_dump(mode="json"))


def explain(error: ValidationError, where: str, model: type[BaseModel]) -> str:
    """The first mistake in one line: where, the dotted key, what is wrong or allowed.

    An unknown key goes first: a misspelt one is also missing under its right name.

    Args:
        error: of validating `model`.
        where: the file, or what else was validated.
        model: whose fields name the allowed keys beside an unknown one.
    """
    mistakes = error.errors(include_url=False)
    first = min(mistakes, key=lambda mistake: mistake["type"] != "extra_forbidden")
    location = [part for part in first["loc"] if part not in ("function-after", "function-before")]
    key = ".".join(str(part) for part in location)
    if first["type"] == "extra_forbidden":
        allowed = _keys_at(model, location[:-1])
        near = difflib.get_close_matches(str(location[-1]), allowed, n=1)
        hint = f"did you mean {near[0]}?" if near else f"allowed are {', '.join(sorted(allowed))}"
        return f"{where}: {key}: unknown key; {hint}"
    message = first["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    given = "" if first["type"] in ("missing", "value_error") else f", not {first['input']!r}"
    prefix = f"{where}: {key}: " if key else f"{where}: "
    verb = "should be " if first["msg"].startswith("Input should be ") else ""
    return f"{prefix}{verb}{message[0].lower()}{message[1:]}{given}"


def _keys_at(model: type[BaseModel], location: list[int | str]) -> list[str]:
    """The field names of the model that lies at a location within `model`."""
    for part in location:
        if isinstance(part, int):
            continue
        inner = (
            _model_in(model.model_fields[part].annotation) if part in model.model_fields else None
        )
        if inner is None:
            return []
        model = inner
    return list(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401
    """The model within an annotation such as `tuple[Model, ...]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_model_in(part) for part in getattr(annotation, "__args__", ()))
    return next((model for model in found if model is not None), None)
