"""A study that was run: its results as objects and as tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from data.errors import InputError
from data.sources.load import load_collection
from hpo.run.run import on_data
from hpo.run.run import run_study as run_in
from hpo.storage.workspace import Workspace
from hpo.study.definition import StudyConfig
from hpo.study.file import load_study, read_study
from hpo.study.limits import MOST_WORKERS
from hpo.study.results import StudyResults
from hpo.workers.machine import Machine
from siamese_hpo.arguments import database_url, name_of_device, plain
from siamese_hpo.errors import in_terms_of_programs
from siamese_hpo.places import place

if TYPE_CHECKING:
    from siamese_hpo.network import Network


@dataclass(frozen=True)
class Study:
    """A finished study; `siamese_hpo.run` gives one.

    Attributes:
        results: everything that was found, as in results.json.
        folder: folder that holds its files, such as runs/quick; absolute.
    """

    results: StudyResults
    folder: Path

    @property
    def trials(self) -> pd.DataFrame:
        """A row for each trial: number, state, value, and its parameters, as in trials.csv."""
        return pd.read_csv(Workspace.of(self.results.study, self.folder).trials)

    @property
    def finalists(self) -> pd.DataFrame:
        """A row for each finalist's seed: its trial, seed and accuracy on validation, 0 to 1."""
        return pd.DataFrame(
            [
                {
                    "trial": finalist.number,
                    "seed": seed.seed,
                    "validation": seed.accuracy,
                    "standard_error": seed.standard_error,
                    "winner": finalist.number == self.results.winner.number,
                }
                for finalist in self.results.finalists
                for seed in finalist.seeds
            ]
        )

    @in_terms_of_programs
    def network(self, device: str = "auto") -> Network:
        """The winner's network.

        Args:
            device: "auto", "cpu", "cuda" or "cuda:N".

        Raises:
            InputError: the study's folder holds no network any more, or there is no such device.
        """
        from siamese_hpo.network import Network

        return Network.of(self.folder, device)


def run_study(
    study: str | Path | Mapping[str, Any],
    changes: Mapping[str, Any],
    *,
    workers: int,
    folder: str | Path | None,
    storage: str | None,
    data_root: str | Path | None,
    device: str,
) -> Study:
    """Runs a study, see `siamese_hpo.run`.

    Args:
        changes: changes of the study's definition, see `changed`.
    """
    device, storage, workers = name_of_device(device), database_url(storage), plain(workers)
    if isinstance(study, Mapping):
        config = read_study(plain(study), "study")
    else:
        config = load_study(str(place(study, "study", "a study's name, its file or a mapping")))
    config = changed(config, changes)
    if type(workers) is not int or not 1 <= workers <= MOST_WORKERS:
        raise InputError(f"workers {workers!r}: should be a whole number, 1 to {MOST_WORKERS}")
    root = None if data_root is None else place(data_root, "data_root")
    collection = load_collection(config.dataset, root)
    config = on_data(config, collection)
    into = None if folder is None else place(folder, "folder")
    workspace = Workspace.of(config.name, into, storage)
    stays = workspace.folder.absolute()  # wherever the program goes
    results = run_in(config, collection, Machine(workers, device, root), workspace)
    return Study(results, stays)


def changed(config: StudyConfig, changes: Mapping[str, Any]) -> StudyConfig:
    """A study with some of its values changed, and checked as a file's are.

    Else a storage would keep what cannot be read again.

    Args:
        changes: changes of the study's definition; None changes nothing.

    Raises:
        InputError: a value cannot be one.
    """
    asked = {key: plain(value) for key, value in changes.items() if value is not None}
    return read_study(config.model_dump(exclude_unset=True) | asked, "siamese_hpo.run")
