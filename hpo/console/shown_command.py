"""Commands that are shown, to be copied."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from hpo.database.urls import without_password
from hpo.runtime.provenance import PROJECT
from hpo.storage.workspace import Workspace

PROGRAM = PROJECT / "run_study.py"
INSTALLED = not __name__.startswith("hpo.")
"""Whether this is the wheel's, which has everything below one name and a command of its own."""
COMMAND = "siamese-hpo"


def shown_command(command: str, workspace: Workspace) -> str:
    """The text of a command on a study, to be copied on this machine; passwords are left out."""
    if INSTALLED:
        return _text([COMMAND], command, workspace)
    program = [_from_here(Path(sys.executable)), _from_here(PROGRAM)]
    return _text(program, command, workspace)


def command_elsewhere(command: str, workspace: Workspace) -> str:
    """The text of a command on a study for any machine, from the project's folder there."""
    return _text([COMMAND] if INSTALLED else ["python", PROGRAM.name], command, workspace)


def _text(program: list[str], command: str, workspace: Workspace) -> str:
    words = [*program, command, workspace.name]
    if not workspace.usual:
        words += ["--storage", without_password(workspace.storage)]
    return shlex.join(words)


def _from_here(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
