"""A network taken out for programs without this project, by the command."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hpo.storage.found_results import check_network_storage
from hpo.storage.shipped import shipped_network
from hpo.storage.workspace import TrainedFolder
from run_study import app

Refused = Callable[..., str]
NETWORK = str(shipped_network().folder)


@pytest.mark.parametrize("place", ["a folder", "a study"])
def test_the_network_of_a_folder_or_a_study_is_written(place: str) -> None:
    name = NETWORK
    if place == "a study":
        Path("runs").mkdir()
        Path("runs/mine").symlink_to(NETWORK)
        name = "mine"
    done = CliRunner().invoke(app, ["export", name, "--format", "torch", "--output", "made/here"])
    assert done.exit_code == 0, done.output
    assert sorted(path.name for path in Path("made/here").iterdir()) == ["embed.pt2", "score.pt2"]
    assert "made/here/score.pt2: differs from the network by " in done.stderr


def test_what_cannot_be_is_refused_and_nothing_is_written(refused: Refused) -> None:
    for words, error in (
        (("nothing", "--output", "made"), "nothing: neither runs/nothing nor a folder nothing"),
        ((NETWORK,), "--format onnx: two files need --output FOLDER"),
        (
            (NETWORK, "--top", "2", "--output", "made"),
            "--format onnx: is of the winner; no --trial",
        ),
    ):
        assert refused("export", *words, "--format", "onnx").startswith(f"error: {error}")
    Path("file").write_text("")
    assert "file" in refused("export", NETWORK, "--format", "onnx", "--output", "file")
    assert not Path("made").exists()


def test_the_network_of_a_run_in_another_storage_is_not_taken_for_the_named_ones(
    refused: Refused,
) -> None:
    """Every other export would be of the storage that is named."""
    shutil.copytree(NETWORK, "runs/mine")
    results = Path("runs/mine/results.json")
    words = ("export", "mine", "--format", "torch", "--output", "made")
    results.write_text(json.dumps({"storage": "sqlite:///runs/mine/study.db"}))
    line = refused(*words, "--storage", "sqlite:///elsewhere/study.db")
    assert line.startswith("error: storage sqlite:///elsewhere/study.db: runs/mine holds the")
    assert "of a run in sqlite:///runs/mine/study.db" in line
    assert not Path("made").exists()

    # Those of a retraining name none, and what is behind a proxy is not known.
    own, proxy = "sqlite:///runs/mine/study.db", "grpc://host:13000"
    for kept, named in ((own, own), (own, proxy), (proxy, own), (None, own)):
        results.write_text(json.dumps({} if kept is None else {"storage": kept}))
        check_network_storage(TrainedFolder(Path("runs/mine")), named)
    # A folder that is named is the one that is meant.
    for folder in ("runs/mine", str(Path("runs/mine").absolute())):
        line = [words[0], folder, *words[2:], "--storage", "sqlite:///a"]
        done = CliRunner().invoke(app, line)
        assert done.exit_code == 0, done.output
