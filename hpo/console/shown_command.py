"""Commands that are shown, to be copied."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from hpo.database.urls import without_password
from hpo.runtime.provenance import PROJECT
from hpo.storage.workspace import Workspace

PROGRAM = PROJECT / "run_study.py"
INSTALLED = not __name__.startswith("hpo.")
"""Whether this is the wheel's, which has everything below one name and a command of its own."""
COMMAND = "siamese-hpo"
_THERE = (COMMAND,) if INSTALLED else ("python", PROGRAM.name)


def shown_command(command: str, workspace: Workspace, *more: str | Path) -> str:
    """The text of a command on a study, to be copied on this machine; passwords are left out.

    Args:
        more: the command's further words.
    """
    return _text([*_here(), command, *_study(workspace), *more])


def network_command(command: str, folder: Path, *more: str | Path) -> str:
    """The text of a command on a folder with a trained network, to be copied on this machine."""
    return _text([*_here(), command, folder, *more])


def network_command_elsewhere(command: str, folder: Path, *more: str | Path) -> str:
    """The text of a command on a folder with a trained network, for any machine.

    It is to be given in the project's folder there.
    """
    return _text([*_THERE, command, folder, *more])


def command_elsewhere(command: str, workspace: Workspace, *more: str | Path) -> str:
    """The text of a command on a study for any machine, from the project's folder there."""
    return _text([*_THERE, command, *_study(workspace), *more])


def _text(words: Sequence[str | Path]) -> str:
    return shlex.join(map(str, words))


def _here() -> list[str]:
    if INSTALLED:
        return [COMMAND]
    return [_from_here(Path(sys.executable)), _from_here(PROGRAM)]


def _study(workspace: Workspace) -> list[str]:
    if workspace.usual:
        return [workspace.name]
    return [workspace.name, "--storage", without_password(workspace.storage)]


def _from_here(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
