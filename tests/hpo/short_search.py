"""Short searches on the glyphs, and what must be the same when they are repeated."""

from pathlib import Path
from typing import Any

import optuna
import torch
from optuna.trial import FrozenTrial

from data.splits import SearchData
from hpo.console.progress import Progress
from hpo.database.opening import open_storage
from hpo.search.checkpoints import Checkpoints
from hpo.search.loop import search
from hpo.search.objective import Objective
from hpo.storage.artifacts import open_store
from hpo.storage.studies import open_study
from hpo.storage.workspace import default_url
from hpo.study.definition import StudyConfig
from hpo.study.file import load_study, read_study
from model.training.epoch_report import EpochReport

CPU = torch.device("cpu")


class Disturbed(Progress):
    """Raises an exception when a trial has done so many epochs, or every trial."""

    def __init__(self, error: BaseException, epochs: int, number: int | None = None) -> None:
        super().__init__("test", 1)
        self.error, self.epochs, self.number, self.current = error, epochs, number, -1

    def trial_started(self, number: int, epochs: int) -> None:
        self.current = number

    def epoch_done(self, report: EpochReport) -> None:
        if report.epoch + 1 == self.epochs and self.number in (None, self.current):
            raise self.error


def config_with(**changes: Any) -> StudyConfig:  # noqa: ANN401
    """The glyphs' study, shorter, with some fields changed."""
    base = load_study("glyphs")
    train = base.train | {"epochs": 3, "steps_per_epoch": 3}
    document = base.unchangeable() | {"trials": 5, "train": train} | changes
    return read_study(document, "test")


def opened(config: StudyConfig, folder: Path) -> optuna.Study:
    return open_study(config, open_storage(default_url(folder), create=True))


def searched(
    config: StudyConfig, data: SearchData, folder: Path, progress: Progress | None = None
) -> list[FrozenTrial]:
    study = opened(config, folder)
    search(study, objective_in(folder, config, data, progress or Progress("test", config.trials)))
    return study.trials


def objective_in(
    folder: Path, config: StudyConfig, data: SearchData, progress: Progress
) -> Objective:
    return Objective(config, data, CPU, Checkpoints(open_store(str(folder)), folder), progress)


def outcome(trials: list[FrozenTrial]) -> list[Any]:
    """All that must be the same again."""
    return [
        (t.number, t.state, t.values, t.params, t.intermediate_values, t.user_attrs["seed"])
        for t in trials
    ]
