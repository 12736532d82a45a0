"""Folders in which one command works, and another would."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hpo.runtime.shared_folder import claimed
from run_study import app

Refused = Callable[..., str]


@pytest.fixture
def there(begun: None, glyphs_config: str) -> None:
    """A study that has begun, and two networks of a retraining."""
    Path("c.toml").write_text(glyphs_config)
    words = ["retrain", "c.toml", "--dataset", "glyphs", "--seeds", "2", "--output", "nets"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output


COMMANDS = (
    ("run", "tiny.toml"),
    ("join", "tiny", "--storage", "sqlite:///runs/tiny/study.db"),
    ("retrain", "c.toml", "--dataset", "glyphs"),
    ("combine", "nets/networks/seed-11", "nets/networks/seed-12"),
)


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
@pytest.mark.usefixtures("there")
def test_a_folder_in_which_another_command_works_is_refused(
    words: tuple[str, ...], refused: Refused
) -> None:
    with claimed(Path("out")):
        line = refused(*words, "--output", "out")
    assert line.startswith("error: out: another process works in it; wait for its end, or choose")


@pytest.mark.parametrize("words", COMMANDS[2:], ids=lambda words: words[0])
@pytest.mark.usefixtures("there")
def test_the_folder_of_a_study_at_work_is_no_place_for_other_networks(
    words: tuple[str, ...], refused: Refused
) -> None:
    with claimed(Path("out"), together=True):
        line = refused(*words, "--output", "out")
    assert line.startswith("error: out: another process works in it; wait for its end, or choose")


@pytest.mark.usefixtures("there")
def test_processes_of_a_study_share_its_folder() -> None:
    with claimed(Path("runs/tiny"), together=True):
        done = CliRunner().invoke(app, ["run", "tiny.toml"])
    assert done.exit_code == 0, done.output
    assert Path("runs/tiny/results.json").exists()
