"""What --help shows: commands in groups, an example of each, the studies; the version."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperCommand

from data.system_files import passed_over

# As everything that --help needs, this imports neither torch nor Optuna.

SEARCH, LOOK, TAKE = "Search", "Look at a study", "Take and use what was found"
PAPER, MACHINES = "The paper's experiments", "Many machines"
GROUPS = (SEARCH, LOOK, TAKE, PAPER, MACHINES)
"""Groups of commands, in the order of --help."""
WIDEST = 120
"""Columns: --help is as wide as the terminal, but lines longer than this are hard to read."""
CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": WIDEST}
"""Settings of the whole command line."""


class Command(TyperCommand):
    """A command whose help ends with an example: its epilog, what follows the program's name."""

    def format_epilog(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401
        name = str(ctx.find_root().info_name)
        program = f"python {name}" if name.endswith(".py") else name
        with formatter.section("Example"):  # written as it is: a command is copied whole
            formatter.write(f"{'':{formatter.current_indent}}{program} {self.epilog}\n")


class StudyCommand(Command):
    """A command that takes the project's own studies: its help lists them."""

    def format_epilog(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401
        write_studies(formatter)
        super().format_epilog(ctx, formatter)


def in_group(group: str, example: str) -> dict[str, Any]:
    """What a command is registered with: its group in --help, and an example of its use.

    Args:
        group: one of `GROUPS`.
        example: the words after the program's name.
    """
    return {"cls": Command, "rich_help_panel": group, "epilog": example}


def write_commands(commands: dict[str, Any], formatter: Any) -> None:  # noqa: ANN401
    """Writes the commands by group, each with its whole first sentence."""
    longest = max(map(len, commands))
    for group in (*GROUPS, None):
        rows = [
            (f"{name:{longest}}", _first_sentence(command.help or ""))
            for name, command in commands.items()
            if (command.rich_help_panel if command.rich_help_panel in GROUPS else None) == group
        ]
        if rows:
            with formatter.section(group or "Other"):
                formatter.write_dl(rows)


def write_studies(formatter: Any) -> None:  # noqa: ANN401
    """Writes the project's studies, each with its description."""
    with formatter.section("Studies"):
        formatter.write_dl(list(_studies()))


def show_version(asked: bool) -> None:
    """Prints the project's version and ends, where it was asked for."""
    if asked:
        typer.echo(f"siamese-hpo {_version()}")
        raise typer.Exit


def complete_study(incomplete: str) -> list[str]:
    """For the shell: the project's studies and the files here whose names begin with a text."""
    here = sorted(path.name for path in Path().glob("*.toml") if not passed_over(path.name))
    return [name for name in [*dict(_studies()), *here] if name.startswith(incomplete)]


def complete_name(incomplete: str) -> list[str]:
    """For the shell: the studies with a folder here whose names begin with a text."""
    found = sorted(path.parent.name for path in Path("runs").glob("*/study.db"))
    return [name for name in found if name.startswith(incomplete)]


def _studies() -> Iterator[tuple[str, str]]:
    texts = [
        entry.read_text(encoding="utf-8")
        for entry in files("studies").iterdir()
        if entry.name.endswith(".toml")
    ]
    for document in sorted(map(tomllib.loads, texts), key=lambda document: document["name"]):
        yield document["name"], document["description"]


def _first_sentence(text: str) -> str:
    paragraph = " ".join(text.split("\n\n")[0].split())
    return paragraph.partition(". ")[0].removesuffix(".")


def _version() -> str:
    try:
        return version("siamese-hpo")
    except PackageNotFoundError:  # run from its folder
        project = Path(__file__).parents[2] / "pyproject.toml"
        return str(tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"])
