"""Commands that are shown, to be copied."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from hpo.database.urls import without_password
from hpo.storage.workspace import Workspace


def shown_command(command: str, workspace: Workspace) -> str:
    """The text of a command on a study, to be typed or copied; passwords are left out."""
    python = Path(sys.executable)
    here = Path.cwd()
    shown = python.relative_to(here) if python.is_relative_to(here) else python
    words = [str(shown), "run_study.py", command, workspace.name]
    if not workspace.usual:
        words += ["--storage", without_password(workspace.storage)]
    return shlex.join(words)
