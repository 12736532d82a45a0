"""What --help says: whole sentences, groups, examples, studies; in any terminal, at once."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from hpo.cli.help import GROUPS, complete_study
from hpo.reproduce.registry import PARTS
from hpo.study.file import load_study, own_studies
from run_study import app

PROJECT = Path(__file__).parents[2]
PROGRAM = PROJECT / "run_study.py"
CLI: Any = typer.main.get_command(app)


def helped(*words: str, columns: int = 80) -> list[str]:
    """The lines of a command's help, on a terminal of so many columns."""
    shown = subprocess.run(
        [sys.executable, PROGRAM, *words, "-h"],
        env=os.environ | {"COLUMNS": str(columns)},
        capture_output=True,
        text=True,
        check=True,
    )
    return shown.stdout.splitlines()


@pytest.mark.parametrize("columns", [60, 80, 120, 200])
def test_no_line_is_cut_and_each_fits_the_terminal(columns: int) -> None:
    lines = helped(columns=columns)
    assert max(map(len, lines)) <= columns
    assert not [line for line in lines if line.endswith("...")][1:]  # but for the usage
    text = "".join("".join(lines).split())  # a line may end within re-implementation
    for command in CLI.commands.values():
        sentence = " ".join(command.help.split("\n\n")[0].split()).partition(". ")[0]
        assert "".join(sentence.removesuffix(".").split()) in text


def test_a_wide_terminal_is_used() -> None:
    assert len(helped("run", columns=120)) < len(helped("run", columns=80))


def test_commands_are_grouped_and_the_studies_listed() -> None:
    lines = helped(columns=120)
    headings = [line.removesuffix(":") for line in lines if line.endswith(":") and line[0] != " "]
    assert headings == ["Options", *GROUPS, "Studies"]
    for name in own_studies():
        row = f"{name} {load_study(name).description}"
        assert row in [" ".join(line.split()) for line in lines]
        assert row in [" ".join(line.split()) for line in helped("run", columns=120)]


@pytest.mark.parametrize("command", sorted(CLI.commands))
def test_every_command_has_an_example_that_parses(command: str) -> None:
    heading, example = helped(command)[-2:]
    assert heading == "Example:"
    _, named, *words = shlex.split(example.strip().removeprefix("python "))
    assert named == command
    parsed = CLI.commands[command]
    parsed.make_context(command, words)


def test_help_promises_a_storage_where_a_study_is_named_and_nowhere_else() -> None:
    for name, command in CLI.commands.items():
        of = {parameter.name: parameter for parameter in command.params}
        if "storage" in of:
            names_a_study = not of.keys().isdisjoint({"study", "name", "names"})
            assert ("by default" in of["storage"].help) == names_a_study, name


def test_help_of_reproduce_names_both_data_sets_and_every_part() -> None:
    text = " ".join(" ".join(helped("reproduce", columns=200)).split())
    assert "$OMNIGLOT_ROOT" in text
    assert "$MNIST_ROOT" in text
    for name, parts in PARTS.items():
        assert f"{name} has {', '.join(parts)}" in text


def test_the_version(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = CliRunner().invoke(app, ["--version"])
    assert shown.exit_code == 0
    assert shown.stdout == "siamese-hpo 0.1.0\n"


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("siamese-hpo st", ["status"]),
        ("siamese-hpo run gly", ["glyphs"]),
        ("siamese-hpo report mi", ["mine"]),
    ],
)
def test_the_shell_completes_commands_and_names_of_studies(
    line: str, offered: list[str], tmp_path: Path
) -> None:
    (tmp_path / "runs" / "mine").mkdir(parents=True)
    (tmp_path / "runs" / "mine" / "study.db").touch()
    shell = {
        "_SIAMESE_HPO_COMPLETE": "complete_bash",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(line.split()) - 1),
        "PYTHONPATH": str(PROJECT),
    }
    code = "import run_study; run_study.app(prog_name='siamese-hpo')"
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | shell,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.split() == offered


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; import run_study\n"
        "try: run_study.app(['--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'torch', 'optuna', 'pandas', 'plotly', 'rich', 'numpy'} & set(sys.modules)))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert ran.stdout.splitlines()[-1] == "[]"


def test_a_shell_is_given_studies_and_files_and_nothing_that_is_hidden() -> None:
    for name in ("mine.toml", "._mine.toml"):
        Path(name).touch()
    assert complete_study("") == [*own_studies(), "mine.toml"]
