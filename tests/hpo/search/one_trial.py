"""One trial on the glyphs, as a worker runs it."""

from pathlib import Path
from typing import Any

import optuna
import torch
from taking import taken

from data.splits import SearchData
from hpo.console.progress import Progress
from hpo.search.checkpoints import Checkpoints
from hpo.search.objective import Objective
from hpo.storage.artifacts import open_store
from hpo.study.definition import StudyConfig
from hpo.study.file import load_study, read_study

CPU = torch.device("cpu")


def config_with(constraints: dict[str, float] | None = None, **train: Any) -> StudyConfig:  # noqa: ANN401
    """The glyphs' study without pruner, with another training."""
    document = load_study("glyphs").unchangeable() | {"trials": 1, "pruner": {"name": "none"}}
    document["constraints"] = constraints or {}
    document["train"] = document["train"] | {"epochs": 3, "steps_per_epoch": 3} | train
    return read_study(document, "test")


def study_with(**params: Any) -> optuna.Study:  # noqa: ANN401
    """A study in memory whose first trial has these parameters, or those of a small network."""
    study = optuna.create_study(direction="maximize", pruner=optuna.pruners.NopPruner())
    study.enqueue_trial({"conv1.kernel": 5, "conv2.kernel": 3, "optimiser": "adam"} | params)
    study.sampler = optuna.samplers.RandomSampler(seed=0)
    return study


def objective_in(
    folder: Path, config: StudyConfig, data: SearchData, progress: Progress
) -> Objective:
    """Its checkpoints lie in a folder "store", their only copy when `scratch` was on a machine."""
    scratch = folder / "scratch"
    scratch.mkdir(parents=True, exist_ok=True)
    checkpoints = Checkpoints(open_store(str(folder / "store")), scratch)
    return Objective(config, data, CPU, checkpoints, progress)


def run(study: optuna.Study, config: StudyConfig, data: SearchData, folder: Path) -> float:
    objective = objective_in(folder, config, data, Progress("test", 1))
    (value,) = objective(taken(study, config))
    return value
