"""What the tests of the deployment share: its files, and the programs' own view of a command."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
import typer

from run_study import app

PROJECT = Path(__file__).parents[2]
PROGRAMS = ("python", "optuna-dashboard")

Programs = Callable[[Sequence[str], Mapping[str, str]], list[list[str]]]
Parse = Callable[[Sequence[str]], dict[str, object]]


@pytest.fixture(scope="session")
def project() -> Path:
    return PROJECT


@pytest.fixture(scope="session")
def programs() -> Programs:
    """The command lines of our programs in a container's command, within `sh -c` too."""

    def expanded(word: str, variables: Mapping[str, str]) -> str:
        return re.sub(r"\$(\w+)", lambda found: variables[found[1]], word)

    def find(words: Sequence[str], variables: Mapping[str, str]) -> list[list[str]]:
        if list(words[:2]) != ["sh", "-c"]:
            return [list(words)] if words[0] in PROGRAMS else []
        (script,) = words[2:]
        subprocess.run(["sh", "-n", "-c", script], check=True)
        simple = re.split(r"[;&|\n]|(?<!\S)(?:until|do|exec)(?!\S)", re.sub(r">\s*\S+", "", script))
        found = [[expanded(word, variables) for word in shlex.split(part)] for part in simple]
        return [words for words in found if words and words[0] in PROGRAMS]

    return find


@pytest.fixture(scope="session")
def parse() -> Parse:
    """Parses `python run_study.py COMMAND ...` as the command line itself does.

    The result has the command's name and the values of its parameters. What the command line
    would refuse raises its UsageError.
    """
    group = typer.main.get_command(app)

    def parsed(words: Sequence[str]) -> dict[str, object]:
        assert Path(words[0]).name.startswith("python")
        assert words[1] == "run_study.py"
        arguments = list(words[2:])
        with group.make_context("run_study.py", list(arguments)) as context:
            name, command, rest = group.resolve_command(context, arguments)
            with command.make_context(name, rest, parent=context) as own:
                return {"command": name, **own.params}

    return parsed
