"""Studies read from TOML, with one clear line for every mistake."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from data.errors import InputError
from hpo.study.definition import StudyConfig
from hpo.study.space import check_space
from model.config_file import explain, read_document


def load_study(name_or_path: str) -> StudyConfig:
    """A study from its file: a path, or the name of one of the project's own.

    Raises:
        InputError: no such study, or a mistake in it: names file, key and what is allowed.
    """
    path = Path(name_or_path)
    if path.parent == Path() and not path.is_file():
        own = Path(str(files("studies"))) / f"{path.name.removesuffix('.toml')}.toml"
        if own.is_file():
            return read_study(read_document(own), f"studies/{own.name}")
    if not path.exists():
        what = "file" if path.parent != Path() or path.suffix == ".toml" else "study"
        raise InputError(f"{path}: no such {what}; there are {', '.join(own_studies())}")
    return read_study(read_document(path), str(path))


def own_studies() -> list[str]:
    """The names of the studies that come with the project."""
    return sorted(
        entry.name.removesuffix(".toml")
        for entry in files("studies").iterdir()
        if entry.name.endswith(".toml")
    )


def read_study(document: dict[str, Any], where: str) -> StudyConfig:
    """A study from its document.

    Args:
        where: the file, or what else was read, for the error.

    Raises:
        InputError: a mistake: names the key and what is allowed.
    """
    try:
        study = StudyConfig.model_validate(document)
    except ValidationError as error:
        raise InputError(explain(error, where, StudyConfig)) from None
    check_space(study, where)
    return study
