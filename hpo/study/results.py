"""What a study found, and what a retraining found: their files of results."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self, TypeVar

from pydantic import BaseModel, Field, ValidationError

from data.errors import InputError
from hpo.runtime.files import read_json, write_json
from hpo.runtime.provenance import Computer
from hpo.study.accuracies import (
    OneShotTest,
    OneShotTestOverSeeds,
    Part,
    SeedResult,
    ValidationAccuracy,
)
from hpo.study.definition import StudyConfig
from model.config import RunConfig

Results = TypeVar("Results", bound=BaseModel)


class Chosen(Part):
    """A trial of the search.

    Attributes:
        number: the trial's.
        value: its validation accuracy in the search, 0 to 1.
        params: its parameters, called as in the storage.
    """

    number: int
    value: float
    params: dict[str, Any]


class Winner(Chosen):
    """The trial whose configuration was the best after retraining.

    Attributes:
        seed: of the network that is kept.
        config: what that was trained with.
    """

    seed: int
    config: RunConfig


class Finalist(Chosen):
    """A trial that was retrained.

    Attributes:
        validation: the mean over its seeds.
        seeds: each of them.
    """

    validation: ValidationAccuracy
    seeds: list[SeedResult]


class Budget(Part):
    """The budget of a search: trials, and seconds of training (None: any)."""

    trials: int
    timeout: float | None


class Seconds(Part):
    """Seconds of training, all workers together: in the search, and in all that followed."""

    search: float
    finish: float


class StudyResults(Part):
    """The content of a study's file of results.

    Attributes:
        study: its name.
        dataset: "omniglot" or "glyphs".
        fingerprint: of the data set.
        definition: of the study, see `StudyConfig.definition`.
        budget: of the search.
        trials: how many ended, by what became of them.
        warm_start: the older study's trials that were tried first.
        best: the search's first.
        winner: the first after retraining.
        validation: the winner's accuracy there.
        test: of the network that is kept.
        test_over_seeds: of the winner's networks; None where one seed was trained.
        finalists: in the order of the search.
        seconds: of all trainings.
        storage: the database's URL, without password.
        workers: how many trained at the same time, on the machine that finished.
        versions: of the packages.
        commit: of the project; None where it is not known.
        computer: the machine that finished the study.
        device: that the networks were retrained on.
    """

    study: str
    dataset: str
    fingerprint: str | None = None
    definition: dict[str, Any]
    budget: Budget
    trials: dict[str, int]
    warm_start: list[str] | None = None
    best: Chosen
    winner: Winner
    validation: ValidationAccuracy
    test: OneShotTest
    test_over_seeds: OneShotTestOverSeeds | None = None
    finalists: list[Finalist]
    seconds: Seconds
    storage: str | None = None
    workers: int | None = None
    versions: dict[str, str] = Field(default_factory=dict)
    commit: str | None = None
    computer: Computer | None = None
    device: str

    def write(self, file: Path) -> None:
        """Writes the file, whole or not at all."""
        write_json(file, document_of(self))


class RetrainingResults(Part):
    """The content of a retraining's file of results.

    Attributes:
        dataset: "omniglot" or "glyphs".
        fingerprint: of the data set.
        validation: the mean over the seeds.
        seeds: each of them, in the order of training.
        best_seed: the seed of the network that is kept.
        config: what was trained, its seed set to 0.
        versions, commit, computer, device: what the figures depend on, see `StudyResults`.
    """

    dataset: str
    fingerprint: str
    validation: ValidationAccuracy
    seeds: list[SeedResult]
    best_seed: int
    config: dict[str, Any]
    versions: dict[str, str] = Field(default_factory=dict)
    commit: str | None = None
    computer: Computer | None = None
    device: str

    @classmethod
    def read(cls, file: Path) -> Self | None:
        """A retraining's results; None where there is no such file.

        Raises:
            InputError: it holds something else, or is damaged.
        """
        document = read_json(file)
        return None if document is None else _validated(cls, document, file)

    def write(self, file: Path) -> None:
        """Writes the file, whole or not at all."""
        write_json(file, document_of(self))


def study_results(file: Path, config: StudyConfig) -> StudyResults | None:
    """The results that a study left in a file; None where it is not finished.

    Raises:
        InputError: they are of another study, of one with another definition, or damaged.
    """
    document = read_json(file)
    if document is None:
        return None
    what = _what_else(document, config)
    if what is not None:
        raise InputError(
            f"{file.parent}: holds the results of {what}; choose another folder or remove them"
        )
    return _validated(StudyResults, document, file)


def belongs_to(file: Path, config: StudyConfig) -> bool:
    """Whether a file holds the results of this study, as it is defined now."""
    document = read_json(file)
    return document is not None and _what_else(document, config) is None


def trained_on(file: Path) -> str | None:
    """The data set that a file of results names, be it of a study or a retraining; None: none.

    Raises:
        InputError: the file cannot be read.
    """
    found = (read_json(file) or {}).get("dataset")
    return found if isinstance(found, str) else None


def document_of(results: BaseModel) -> dict[str, Any]:
    """Results as JSON has them, with the keys that were set, in their order."""
    return results.model_dump(mode="json", exclude_unset=True)


def _what_else(document: dict[str, Any], config: StudyConfig) -> str | None:
    """What a file of results is of; None if it is this study's."""
    if "experiment" in document:
        return f"experiment {document['experiment']}"
    if "study" not in document:
        return "a retraining"
    if document["study"] != config.name:
        return f"study {document['study']}"
    if document.get("definition") != config.definition():
        return f"study {config.name} as it was defined before"
    return None


def _validated(kind: type[Results], document: dict[str, Any], file: Path) -> Results:
    try:
        return kind.model_validate(document)
    except ValidationError as error:
        lines = error.errors()
    missing = [str(line["loc"][0]) for line in lines if line["type"] == "missing"]
    if missing and all(len(line["loc"]) == 1 for line in lines):
        raise InputError(f"{file}: lacks {', '.join(missing)}; remove it, or put it right")
    key = lines[0]["loc"][0]
    raise InputError(f"{file}: {key}: damaged; remove the file, or put it right")
