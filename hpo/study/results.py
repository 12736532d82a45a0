"""Results of studies and of retrainings, and the files that hold them."""

from __future__ import annotations

from math import isfinite
from pathlib import Path
from typing import Any, Self, TypeVar

from pydantic import BaseModel, Field, ValidationError

from data.errors import InputError
from data.names import MOST_WAY
from hpo.runtime.files import read_json, write_json
from hpo.runtime.provenance import Computer
from hpo.study.accuracies import (
    OneShotTest,
    OneShotTestOverSeeds,
    ResultsTable,
    SeedResult,
    ValidationAccuracy,
)
from hpo.study.convergence import Convergence
from hpo.study.definition import StudyConfig
from hpo.study.given_pictures import GivenPictures, trained_besides
from hpo.study.objectives import Front
from model.config import RunConfig
from model.pictures_config import PicturesConfig

Results = TypeVar("Results", bound=BaseModel)


class SearchTrial(ResultsTable):
    """A trial of the search.

    Attributes:
        number: number of the trial.
        value: validation accuracy in the search, 0 to 1.
        params: values of its parameters, by their names in the storage.
    """

    number: int
    value: float
    params: dict[str, Any]


class Winner(SearchTrial):
    """The winner: the finalist with the best mean on validation after retraining.

    Attributes:
        seed: seed of the network that is kept.
        config: configuration of that network.
    """

    seed: int
    config: RunConfig


class Finalist(SearchTrial):
    """A finalist: a trial that was retrained.

    Attributes:
        validation: mean validation accuracy over its seeds.
        seeds: results of each seed.
    """

    validation: ValidationAccuracy
    seeds: list[SeedResult]


class Budget(ResultsTable):
    """The budget of a search.

    Attributes:
        trials: number of trials.
        timeout: seconds of training; None if there was no limit.
    """

    trials: int
    timeout: float | None


class Seconds(ResultsTable):
    """Seconds of training, all workers together.

    Attributes:
        search: seconds in the search.
        finish: seconds in the retraining that followed.
    """

    search: float
    finish: float


class StudyResults(ResultsTable):
    """The content of a study's file of results.

    Attributes:
        study: name of the study.
        dataset: "omniglot", "glyphs" or "folder:PATH".
        fingerprint: fingerprint of the data set.
        extra_fingerprint: fingerprint of the extra alphabets trained on; None if there were none.
        way: N of the N-way one-shot trials that all accuracies are of.
        definition: definition of the study, see `StudyConfig.unchangeable`.
        budget: budget of the search.
        trials: numbers of trials that ended, by state.
        warm_start: the older study's trials that were tried first; None if there were none.
        best: the best trial of the search.
        winner: the best trial after retraining.
        validation: validation accuracy of the winner, over its seeds.
        test: test accuracy of the network that is kept.
        test_over_seeds: test accuracy of all the winner's networks; None if there is one seed.
        finalists: trials that were retrained, in the order of the search.
        seconds: seconds of all trainings.
        storage: URL of the database, without password.
        workers: number of trainings side by side, on the machine that finished the study.
        versions: versions of the packages.
        commit: commit of the project; None if it is not known.
        computer: machine that finished the study.
        device: device that the networks were retrained on.
        converged: why the search ended before its budget was spent; None if it did not.
        front: the search's Pareto front; None if the study has no second objective.
        given_pictures: what the networks were trained on that the winner's trainings were given;
            None if there were none.
    """

    study: str
    dataset: str
    fingerprint: str | None = None
    extra_fingerprint: str | None = None
    way: int = MOST_WAY
    definition: dict[str, Any]
    budget: Budget
    trials: dict[str, int]
    warm_start: list[str] | None = None
    best: SearchTrial
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
    converged: Convergence | None = None
    front: Front | None = None
    given_pictures: list[GivenPictures] | None = None

    @property
    def besides(self) -> str | None:
        """What the winner was trained on besides the training split, in words; None if nothing."""
        return trained_besides(self.winner.config.train.pictures, self.given_pictures or [])

    def write(self, file: Path) -> None:
        """Writes the file, whole or not at all."""
        write_json(file, document_of(self))


class RetrainingResults(ResultsTable):
    """The content of a retraining's file of results.

    Attributes:
        dataset: "omniglot", "glyphs" or "folder:PATH".
        fingerprint: fingerprint of the data set.
        way: N of the N-way one-shot trials that all accuracies are of.
        validation: mean validation accuracy over the seeds.
        seeds: results of each seed, in the order of training.
        best_seed: seed of the network that is kept.
        extra_fingerprint: fingerprint of the extra alphabets trained on; None if there were none.
        networks: SHA-256 of the networks that it was given, by path; None if there were none.
        given_pictures: what these networks were trained on; None if there were none.
        config: configuration that was trained, its seed set to 0.
        versions, commit, computer, device: what the figures depend on, see `StudyResults`.
    """

    dataset: str
    fingerprint: str
    way: int = MOST_WAY
    validation: ValidationAccuracy
    seeds: list[SeedResult]
    best_seed: int
    extra_fingerprint: str | None = None
    networks: dict[str, str] | None = None
    given_pictures: list[GivenPictures] | None = None
    config: dict[str, Any]
    versions: dict[str, str] = Field(default_factory=dict)
    commit: str | None = None
    computer: Computer | None = None
    device: str

    @property
    def besides(self) -> str | None:
        """What was trained on besides the training split, in words; None if nothing."""
        # Retrainings of the first versions tell nothing of pictures.
        own = PicturesConfig.model_validate(self.config["train"].get("pictures", {}))
        return trained_besides(own, self.given_pictures or [])

    @classmethod
    def read(cls, file: Path) -> Self | None:
        """Reads the results of a retraining; None if there is no such file.

        Raises:
            InputError: the file holds something else, or is damaged.
        """
        document = read_json(file)
        return None if document is None else _validated(cls, document, file)

    def write(self, file: Path) -> None:
        """Writes the file, whole or not at all."""
        write_json(file, document_of(self))


def study_results(file: Path, config: StudyConfig) -> StudyResults | None:
    """Reads the results of a study from a file; None if there is none: it is not finished.

    Raises:
        InputError: the results are of another study or another definition, or damaged.
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
    """Whether a file holds the results of this study with this definition."""
    document = read_json(file)
    return document is not None and _what_else(document, config) is None


def trained_on(file: Path) -> str | None:
    """The data set that a file of results names, of a study or a retraining; None if it names none.

    Raises:
        InputError: the file cannot be read.
    """
    found = (read_json(file) or {}).get("dataset")
    return found if isinstance(found, str) else None


def document_of(results: BaseModel) -> dict[str, Any]:
    """Results as a table for JSON, without the keys that were not set."""
    return results.model_dump(mode="json", exclude_unset=True)


def _what_else(document: dict[str, Any], config: StudyConfig) -> str | None:
    """What else a file's results are of, in words; None if they are this study's."""
    if "experiment" in document:
        return f"experiment {document['experiment']}"
    if "members" in document:
        return "combined networks"
    if "study" not in document:
        return "a retraining"
    if document["study"] != config.name:
        return f"study {document['study']}"
    if not config.is_defined_by(document.get("definition")):
        return f"study {config.name} as it was defined before"
    return None


def _validated(kind: type[Results], document: dict[str, Any], file: Path) -> Results:
    for name, value in document.items():
        if not _is_finite(value):
            raise InputError(f"{file}: {name}: damaged; remove the file, or put it right")
    try:
        return kind.model_validate(document)
    except ValidationError as error:
        lines = error.errors()
    missing = [str(line["loc"][0]) for line in lines if line["type"] == "missing"]
    if missing and all(len(line["loc"]) == 1 for line in lines):
        raise InputError(f"{file}: lacks {', '.join(missing)}; remove it, or put it right")
    key = lines[0]["loc"][0]
    raise InputError(f"{file}: {key}: damaged; remove the file, or put it right")


def _is_finite(value: object) -> bool:
    """Whether all numbers in a value of JSON are finite, as all are that were written."""
    if isinstance(value, dict):
        return all(map(_is_finite, value.values()))
    if isinstance(value, list):
        return all(map(_is_finite, value))
    return not isinstance(value, float) or isfinite(value)
