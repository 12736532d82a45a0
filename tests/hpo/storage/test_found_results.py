"""Which storage results are from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hpo.database.opening import open_storage
from hpo.storage.found_results import other_storage
from hpo.storage.stored_results import results_in_folder
from hpo.storage.studies import open_study
from hpo.storage.workspace import Workspace
from hpo.study.file import load_study
from hpo.study.results import StudyResults

QUICK = json.loads((Path(__file__).parents[3] / "studies" / "results" / "quick.json").read_text())
SERVER = "postgresql+psycopg://me:***@host/studies"


@pytest.mark.parametrize(
    ("stored", "asked", "is_same"),
    [
        (SERVER, "postgresql+psycopg://you:secret@host:5432/studies?sslmode=require", True),
        (SERVER, "postgresql://host/studies", True),
        (SERVER, "postgresql+psycopg://me:***@host/others", False),
        (SERVER, "postgresql+psycopg://me:***@elsewhere/studies", False),
        (SERVER, "postgresql+psycopg://me:***@host:6543/studies", False),
        (SERVER, "sqlite:///runs/quick/study.db", False),
        ("sqlite:///runs/quick/study.db", "sqlite:///./runs/quick/study.db", True),
        ("sqlite:///runs/quick/study.db", "sqlite:////home/me/runs/quick/study.db", True),
        ("sqlite:////home/me/runs/quick/study.db", "sqlite:///runs/quick/study.db", True),
        ("sqlite:////home/me/a.db", "sqlite:////home/you/a.db", False),
        ("sqlite:///a.db", "sqlite:///b.db", False),
        ("grpc://host:13000", "grpc://host:13000", True),
        ("no URL", SERVER, False),
        (None, SERVER, True),
    ],
)
def test_a_storage_is_known_again(stored: str | None, asked: str, is_same: bool) -> None:
    results = StudyResults.model_validate(QUICK | {"storage": stored})
    assert (other_storage(results, asked) is None) == is_same


def test_results_of_another_storage_are_left_out(tmp_path: Path) -> None:
    config = load_study("quick")
    document = QUICK | {"definition": config.unchangeable(), "storage": SERVER}
    (tmp_path / "results.json").write_text(json.dumps(document))
    own = Workspace.of("quick", tmp_path, SERVER.replace("***", "secret"))
    study = open_study(config, open_storage(f"sqlite:///{tmp_path}/a.db", create=True))
    results, left_out = results_in_folder(study, config, own)
    assert results is not None
    assert left_out is None
    other = Workspace.of("quick", tmp_path, "postgresql://me:secret@host/others")
    assert results_in_folder(study, config, other) == (
        None,
        f"{tmp_path / 'results.json'} is left out: it holds the results of a run in {SERVER}, and"
        " the trials are those in postgresql://me:***@host/others",
    )
