"""Studies read from TOML, JSON or YAML, with one clear line for every mistake."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

import studies
from data.errors import InputError, allowed_or_near
from hpo.study.definition import StudyConfig
from hpo.study.space import check_space
from model.config_file import explain
from model.document import read_document


def load_study(name_or_path: str) -> StudyConfig:
    """Reads a study from its file: a path, or the bare name of one of the project's studies.

    Raises:
        InputError: there is no such study, or it has a mistake: names file, key and what is
            allowed.

    Example:
        >>> study = load_study("glyphs")
        >>> study.dataset, study.trials, study.train["optimiser"]
        ('glyphs', 8, {'choices': ['adam', 'sgd']})
    """
    if not name_or_path.strip():
        raise InputError("study: is empty; should be the name of a study, or its file")
    path = Path(name_or_path)
    if path.parent == Path() and not path.is_file():
        own = Path(str(files(studies))) / f"{path.name.removesuffix('.toml')}.toml"
        if own.is_file():
            return read_study(read_document(own), f"studies/{own.name}")
    if not path.exists():
        what = "file" if path.parent != Path() or path.suffix == ".toml" else "study"
        hint = allowed_or_near(path.name.removesuffix(".toml"), own_studies(), "there are")
        raise InputError(f"{path}: no such {what}; {hint}")
    study = read_study(read_document(path), str(path))
    if study.start_with is None:
        return study
    beside = tuple(str(path.absolute().parent / given) for given in study.start_with)
    return study.model_copy(update={"start_with": beside})


def own_studies() -> list[str]:
    """Names of the studies that come with the project.

    Example:
        >>> "quick" in own_studies()
        True
    """
    return sorted(
        entry.name.removesuffix(".toml")
        for entry in files(studies).iterdir()
        if entry.name.endswith(".toml")
    )


def read_study(document: dict[str, Any], where: str) -> StudyConfig:
    """Checks a document that was read, from a file or a storage, and makes it a study.

    Args:
        document: tables and values as TOML has them.
        where: the file, or whatever was read, for the error.

    Raises:
        InputError: the document has a mistake: names the key and what is allowed.

    Example:
        >>> convolution = {"filters": {"low": 8, "high": 64}, "kernel": 5}
        >>> document = {
        ...     "name": "mine",
        ...     "trials": 20,
        ...     "network": {"convolutions": [convolution], "units": 32},
        ...     "train": {"optimiser": "adam", "epochs": 4, "layers": {"learning_rate": 1e-3}},
        ... }
        >>> read_study(document, "mine.toml").size
        35
    """
    try:
        study = StudyConfig.model_validate(document)
    except ValidationError as error:
        raise InputError(explain(error, where, StudyConfig)) from None
    check_space(study, where)
    return study
