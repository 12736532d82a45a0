"""The results in a study's storage, and the winner's weights in its store."""

from __future__ import annotations

import json
from pathlib import Path

import optuna
import pytest
import torch
from tiny_network import TINY

import hpo.database.retrying
from hpo.database.opening import open_storage
from hpo.storage.stored_results import StoredResults, publish
from hpo.storage.studies import open_study
from hpo.storage.workspace import Workspace
from hpo.study.file import load_study
from hpo.study.results import StudyResults
from model.network.siamese import SiameseNetwork
from model.network.weights import save_network

QUICK = Path(__file__).parents[3] / "studies" / "results" / "quick.json"
RESULTS = StudyResults.model_validate(json.loads(QUICK.read_text()))

OF_TINY = RESULTS.model_copy(
    update={"winner": RESULTS.winner.model_copy(update={"config": TINY, "seed": TINY.train.seed})}
)
"""Results whose winner is a network that is made in no time."""


def study_in(workspace: Workspace) -> optuna.Study:
    return open_study(load_study("glyphs"), open_storage(workspace.storage, create=True))


def test_the_first_results_stay(tmp_path: Path) -> None:
    workspace = Workspace.of("glyphs", tmp_path)
    study = study_in(workspace)
    assert StoredResults.of(study) is None
    workspace.weights.write_text("of the winner")
    assert publish(study, RESULTS, workspace, None)
    later = RESULTS.model_copy(update={"workers": 99})
    assert not publish(study, later, workspace, None)
    stored = StoredResults.of(study)
    assert stored is not None
    assert stored.results.workers == RESULTS.workers


def test_studies_of_one_name_in_two_databases_keep_their_winners_in_one_store(
    tmp_path: Path,
) -> None:
    store = tmp_path / "store"
    for name in ("one", "two"):
        workspace = Workspace.of("glyphs", tmp_path / name)
        study = study_in(workspace)
        workspace.weights.write_text(name)
        publish(study, RESULTS, workspace, str(store))
    assert sorted(path.read_text() for path in store.iterdir()) == ["one", "two"]


def put_network(workspace: Workspace, seed: int, weights: int = 0, rejection: str = "") -> None:
    """A network of this training seed, with random weights of their own seed."""
    train = TINY.train.model_copy(update={"seed": seed})
    torch.manual_seed(weights)
    network = SiameseNetwork(TINY.network)
    save_network(network, TINY.model_copy(update={"train": train}), workspace.weights)
    if rejection:
        workspace.rejection.write_text(rejection)


def finished_by(workspace: Workspace, folder: Path, store: str | None = None) -> optuna.Study:
    """The study as another machine finished it, which has the folder, or not any more."""
    study = study_in(workspace)
    finisher = Workspace.of("glyphs", folder, workspace.storage)
    put_network(finisher, TINY.train.seed, rejection="of the winner")
    assert publish(study, OF_TINY, finisher, store)
    return study


def written(study: optuna.Study, workspace: Workspace) -> None:
    stored = StoredResults.of(study)
    assert stored is not None
    stored.model_copy(update={"host": "machine-2"}).write(study, workspace)
    assert StudyResults.model_validate_json(workspace.results.read_text()) == OF_TINY
    assert workspace.config.is_file()


@pytest.mark.parametrize(("seed", "weights"), [(TINY.train.seed + 1, 0), (TINY.train.seed, 1)])
def test_the_winners_network_takes_the_place_of_another(
    seed: int, weights: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace, elsewhere = Workspace.of("glyphs", tmp_path / "here"), tmp_path / "elsewhere"
    study = finished_by(workspace, elsewhere)
    put_network(workspace, seed, weights, rejection="of another")
    older = workspace.one_of_several(seed, trial=0)
    older.folder.mkdir(parents=True)
    written(study, workspace)
    assert workspace.weights.read_bytes() == (elsewhere / workspace.weights.name).read_bytes()
    assert workspace.rejection.read_text() == "of the winner"
    assert not workspace.networks.exists()
    assert capsys.readouterr().err == ""


def test_networks_of_another_go_where_their_folder_is_a_link(tmp_path: Path) -> None:
    """As to a larger disk."""
    workspace = Workspace.of("glyphs", tmp_path / "here")
    study = finished_by(workspace, tmp_path / "elsewhere")
    (tmp_path / "large").mkdir()
    workspace.networks.symlink_to(tmp_path / "large")
    for trial in (None, 0):
        older = workspace.one_of_several(1, trial)
        older.folder.mkdir()
        older.weights.touch()
    mine = tmp_path / "large" / "mine.txt"
    mine.touch()
    written(study, workspace)
    assert list(workspace.networks.iterdir()) == [workspace.networks / mine.name]


@pytest.mark.parametrize(("seed", "weights"), [(TINY.train.seed + 1, 0), (TINY.train.seed, 1)])
def test_where_the_winners_network_cannot_be_had_no_other_is_in_its_place(
    seed: int, weights: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As of two machines on which the study's folder has one path."""
    workspace = Workspace.of("glyphs", tmp_path)
    study = finished_by(workspace, tmp_path)
    put_network(workspace, seed, weights, rejection="of another")
    written(study, workspace)
    assert not workspace.weights.exists()
    assert not workspace.rejection.exists()
    assert (
        f"the winner's weights are on machine-2, in {tmp_path}; copy best.safetensors from there"
        in capsys.readouterr().err
    )


def test_the_winners_own_network_stays_as_it_is(tmp_path: Path) -> None:
    workspace = Workspace.of("glyphs", tmp_path)
    study = finished_by(workspace, tmp_path)
    workspace.networks.mkdir()
    before = workspace.weights.stat()
    written(study, workspace)
    assert workspace.weights.stat() == before
    assert workspace.rejection.read_text() == "of the winner"
    assert workspace.networks.is_dir()


def test_the_winners_network_comes_from_the_store_and_no_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace, elsewhere = Workspace.of("glyphs", tmp_path / "here"), tmp_path / "elsewhere"
    study = finished_by(workspace, elsewhere, str(tmp_path / "store"))
    weights = elsewhere / workspace.weights.name
    content = weights.read_bytes()
    weights.unlink()
    written(study, workspace)
    assert workspace.weights.read_bytes() == content
    (kept,) = (tmp_path / "store").iterdir()
    kept.write_bytes(content[:-1])
    workspace.weights.unlink()
    written(study, workspace)
    assert not workspace.weights.exists()
    assert "the winner's weights are on machine-2" in capsys.readouterr().err


@pytest.mark.parametrize(
    "environment",
    [
        {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_ACCESS_KEY_ID": "a"},
        {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_EC2_METADATA_DISABLED": "true"},
        {"AWS_ENDPOINT_URL": "nonsense"},
        {"AWS_PROFILE": "nosuch"},
    ],
)
def test_a_store_that_cannot_be_used_keeps_no_results_back(
    environment: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(hpo.database.retrying, "PATIENCE", 0.2)
    secret = {"AWS_SECRET_ACCESS_KEY": "b"} if "AWS_ACCESS_KEY_ID" in environment else {}
    common = {"AWS_DEFAULT_REGION": "us-east-1", "AWS_MAX_ATTEMPTS": "1", "NO_PROXY": "*"}
    for name, value in (common | environment | secret).items():
        monkeypatch.setenv(name, value)
    workspace = Workspace.of("glyphs", tmp_path / "here")
    study = finished_by(workspace, tmp_path / "elsewhere")
    stored = StoredResults.of(study)
    assert stored is not None
    away = stored.model_copy(update={"folder": "/nowhere", "store": "s3://bucket"})
    away.write(study, workspace)
    assert workspace.results.is_file()
    assert workspace.config.is_file()
    assert f"the winner's weights are on {stored.host}, in /nowhere" in capsys.readouterr().err
