"""A small study, and its definition."""

from pathlib import Path

import optuna
import pytest

from hpo.database.opening import open_storage
from hpo.storage.studies import open_study
from hpo.storage.workspace import default_url
from hpo.study.definition import StudyConfig
from hpo.study.file import load_study


@pytest.fixture
def config() -> StudyConfig:
    return load_study("glyphs").model_copy(update={"trials": 3, "retries": 2})


@pytest.fixture
def study(config: StudyConfig, tmp_path: Path) -> optuna.Study:
    return open_study(config, open_storage(default_url(tmp_path), create=True))
