"""What is mistyped: one line that says what is allowed, at once, and exit status 2."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from run_study import app

PROJECT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("run --worker 3", "--worker: no such option; did you mean --workers?"),
        ("proxy --foo", "--foo: no such option; allowed are --storage, --host, --port, --help"),
        ("--verison", "--verison: no such option; did you mean --version?"),
        ("statsu tiny", "statsu: no such command; did you mean status?"),
        ("zzz", "zzz: no such command; allowed are run, join, retrain, combine, test, "),
        ("join", "NAME: is required: name of the study"),
        ("retrain best.toml", "--output: is required: folder for the network"),
        ("run quick paper", "paper: is too much; allowed is "),
        ("run --trials many", "--trials: should be a valid integer"),
        ("run --trials 0", "--trials: should be greater than or equal to 1"),
        ("run --trials 99999999999999999999", "--trials: should be less than or equal to 21474836"),
        ("run --warm-start nope/..", "--warm-start: 'nope/..' is no name of a study; allowed are"),
        ("run --timeout inf", "--timeout: should be a finite number of seconds"),
        ("export tiny --format xml", "--format: 'xml' is not one of 'toml', 'json', 'yaml', 'csv'"),
        ("run --data-root", "--data-root: requires an argument"),
        ("status tiny --json=3", "--json: does not take a value"),
    ],
)
def test_a_mistyped_command_line(words: str, said: str, refused: Callable[..., str]) -> None:
    assert refused(*words.split()).startswith(f"error: {said}")


@pytest.mark.parametrize(
    "words", [("run",), ("join",), ("status",), ("report",), ("compare", "quick"), ("narrow",)]
)
@pytest.mark.parametrize("name", ["", " "])
def test_a_study_without_a_name(
    words: tuple[str, ...], name: str, refused: Callable[..., str]
) -> None:
    said = refused(*words, name)
    assert said.endswith(": is empty; should be the name of a study, such as quick")


@pytest.mark.parametrize("name", ["", " ", "a/b", "../a"])
@pytest.mark.parametrize(
    "words", [("run", "glyphs", "--warm-start"), ("narrow", "nosuch", "--name")]
)
def test_an_option_that_names_a_study_with_what_is_no_name(
    words: tuple[str, ...], name: str, refused: Callable[..., str]
) -> None:
    said = refused(*words, name)
    assert said.startswith(f"error: {words[-1]}: {name!r} is no name of a study; allowed are")


def test_help_is_shown_where_it_is_asked_for_and_where_nothing_is() -> None:
    asked, nothing = (CliRunner().invoke(app, words) for words in (["--help"], []))
    assert asked.exit_code == 0
    assert asked.stdout.count("\n") > 10
    assert "  run " in asked.stdout
    assert nothing.output == asked.stdout
    of_command = CliRunner().invoke(app, ["export", "--help"])
    assert of_command.exit_code == 0
    assert "--pareto" in of_command.stdout


def test_the_answer_waits_for_no_import_of_torch_or_optuna() -> None:
    words = [str(PROJECT / "run_study.py"), "run", "--foo"]
    command = [sys.executable, "-X", "importtime", *words]
    imported = subprocess.run(command, capture_output=True, text=True).stderr
    assert " hpo.cli.options\n" in imported
    assert not {"torch", "optuna"} & {line.split("|")[-1].strip() for line in imported.splitlines()}
