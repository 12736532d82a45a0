"""A study that was searched, and finished."""

import shutil
from pathlib import Path
from typing import Any

import optuna
import pytest
import torch

from data.collection import Collection
from data.splits import SearchData
from hpo.console.progress import Progress
from hpo.database.opening import open_storage
from hpo.finish.finalists import finish
from hpo.search.checkpoints import Checkpoints
from hpo.search.loop import search
from hpo.search.objective import Objective
from hpo.storage.artifacts import open_store
from hpo.storage.studies import open_study
from hpo.storage.workspace import Workspace, default_url
from hpo.study.definition import StudyConfig
from hpo.study.file import load_study, read_study
from hpo.study.results import document_of
from hpo.workers.machine import Machine

CPU = torch.device("cpu")
MACHINE = Machine(device="cpu")
STORAGE = "sqlite:///study.db"


@pytest.fixture(scope="session")
def config() -> StudyConfig:
    base = load_study("glyphs")
    return read_study(
        base.unchangeable()
        | {
            "trials": 3,
            "finish": {"finalists": 2, "seeds": 2, "epochs": 3},
            "train": base.train | {"epochs": 2, "steps_per_epoch": 2},
            "pruner": {"name": "none"},
        },
        "test",
    )


@pytest.fixture(scope="session")
def study(
    config: StudyConfig, glyphs: Collection, tmp_path_factory: pytest.TempPathFactory
) -> optuna.Study:
    folder = tmp_path_factory.mktemp("search")
    study = open_study(config, open_storage(default_url(folder), create=True))
    data, checkpoints = SearchData.of(glyphs, 28, CPU), Checkpoints(open_store(str(folder)), folder)
    search(study, Objective(config, data, CPU, checkpoints, Progress("test", 3)))
    return study


@pytest.fixture(scope="session")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("output")


@pytest.fixture(scope="session")
def results(
    study: optuna.Study,
    config: StudyConfig,
    glyphs: Collection,
    output: Path,
) -> dict[str, Any]:
    workspace = Workspace(output, config.name, STORAGE)
    found = finish(study, config, glyphs, MACHINE, workspace)
    shutil.rmtree(workspace.unfinished)
    return document_of(found)
