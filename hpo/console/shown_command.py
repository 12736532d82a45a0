"""Commands that are shown, to be copied."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from hpo.database.urls import without_password
from hpo.runtime.provenance import PROJECT
from hpo.storage.workspace import Workspace

PROGRAM = PROJECT / "run_study.py"


def shown_command(command: str, workspace: Workspace) -> str:
    """The text of a command on a study, to be copied on this machine; passwords are left out."""
    return _text(_from_here(Path(sys.executable)), _from_here(PROGRAM), command, workspace)


def command_elsewhere(command: str, workspace: Workspace) -> str:
    """The text of a command on a study for any machine, from the project's folder there."""
    return _text("python", PROGRAM.name, command, workspace)


def _text(python: str, program: str, command: str, workspace: Workspace) -> str:
    words = [python, program, command, workspace.name]
    if not workspace.usual:
        words += ["--storage", without_password(workspace.storage)]
    return shlex.join(words)


def _from_here(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
