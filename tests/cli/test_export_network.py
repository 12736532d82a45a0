"""A network taken out for programs without this project, by the command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hpo.storage.shipped import shipped_network
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
