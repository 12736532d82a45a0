"""Where a study's files lie."""

from pathlib import Path

import pytest

from data.errors import InputError
from hpo.storage.workspace import Workspace


def test_an_unfinished_study_has_the_folder_to_itself(tmp_path: Path) -> None:
    own = Workspace.of("quick", tmp_path)
    own.unfinished.mkdir()
    own.check_unfinished()
    with pytest.raises(InputError, match="holds the unfinished study quick; choose another"):
        Workspace.of("quick-glyphs", tmp_path).check_unfinished()


def test_a_study_is_usual_where_its_name_alone_finds_it(tmp_path: Path) -> None:
    assert Workspace.of("quick").usual
    assert not Workspace.of("quick", tmp_path).usual
    assert not Workspace.of("quick", storage="postgresql+psycopg://host/studies").usual


def test_everything_lies_in_the_folder(tmp_path: Path) -> None:
    own = Workspace.of("quick", tmp_path / "runs" / "quick")
    for path in (
        *(own.weights, own.config, own.results, own.trials, own.artifacts, own.report),
        *(own.logs, own.checkpoints, own.scratch, own.retrained(3, 5).weights),
    ):
        assert path.is_relative_to(own.folder)
    assert own.retrained(3, 5).folder.parent == own.unfinished
    assert own.beside("older").folder == tmp_path / "runs" / "older"
