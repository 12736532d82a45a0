"""A study's definition, read from TOML."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator

from data.errors import InputError
from hpo.space import check_space
from model.config import NetworkConfig, Strict
from model.config_file import explain, read_document

BUDGETS = frozenset({"trials", "infeasible_trials", "timeout"})
"""The fields that may change while a study goes on."""


class SamplerConfig(Strict):
    """What proposes a trial's parameters: at random for the first `startup_trials`."""

    name: Literal["tpe", "gp", "random"] = "tpe"
    startup_trials: int = Field(default=10, ge=1)


class PrunerConfig(Strict):
    """What stops a trial early, never before `min_epochs` are done.

    Hyperband splits the trials into brackets and shows the sampler those of one alone, so
    `startup_trials` are needed in each: it is for large budgets.
    """

    name: Literal["hyperband", "successive-halving", "median", "none"] = "none"
    min_epochs: int = Field(default=1, ge=1)
    reduction_factor: int = Field(default=3, ge=2)


class FinishConfig(Strict):
    """What follows the search.

    Attributes:
        finalists: how many of the best trials are trained again.
        seeds: how often each.
        epochs: of these trainings; None takes the trial's.
    """

    finalists: int = Field(default=2, ge=1)
    seeds: int = Field(default=1, ge=1)
    epochs: int | None = Field(default=None, ge=1)


class StudyConfig(Strict):
    """A study: data, budget, search space, and how it is searched.

    Attributes:
        name: in its storage and of its folder.
        dataset: "auto" takes Omniglot where it can be had, else the embedded glyphs.
        seed: of the sampler and of the trials' trainings.
        trials: how many are trained, to the end or until pruned.
        infeasible_trials: how many networks that cannot exist may be proposed; 10 a trial if None.
        timeout: seconds of training, all trials together, after which no trial starts.
        network: NetworkConfig with ranges and choices.
        train: TrainConfig with ranges and choices; `layers` may be one table for all layers.
    """

    name: str
    description: str = ""
    dataset: Literal["auto", "omniglot", "glyphs"] = "auto"
    seed: int = Field(default=0, ge=0)
    trials: int = Field(ge=1)
    infeasible_trials: int | None = Field(default=None, ge=0)
    timeout: float | None = Field(default=None, gt=0)
    sampler: SamplerConfig = SamplerConfig()
    pruner: PrunerConfig = PrunerConfig()
    finish: FinishConfig = FinishConfig()
    network: dict[str, Any]
    train: dict[str, Any]

    @field_validator("name")
    @classmethod
    def _names_a_folder(cls, name: str) -> str:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", name):
            raise ValueError(
                f"{name!r} is no folder name; allowed are 1 to 64 letters, digits, '.', '_', '-'"
            )
        return name

    @property
    def size(self) -> int:
        """Height and width of the pictures."""
        size: int = self.network.get("size", NetworkConfig.model_fields["size"].default)
        return size

    @property
    def infeasible_budget(self) -> int:
        """How many networks that cannot exist may be proposed before the search gives up."""
        if self.infeasible_trials is None:
            return 10 * self.trials
        return self.infeasible_trials

    def definition(self) -> dict[str, Any]:
        """What makes the study this study, for JSON: all but its budgets."""
        return self.model_dump(mode="json", exclude=set(BUDGETS))

    def budgets(self) -> dict[str, Any]:
        """The rest: `StudyConfig.model_validate(definition() | budgets())` is the study again."""
        return self.model_dump(mode="json", include=set(BUDGETS))


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
        raise InputError(f"{path}: no such study; there are {', '.join(own_studies())}")
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
