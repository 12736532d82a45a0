"""Commands that take a finished study further, to be copied."""

from __future__ import annotations

from pathlib import Path

from hpo.console.shown_command import command_on_network, shown_command
from hpo.storage.workspace import RUNS, Workspace


def next_commands(workspace: Workspace) -> dict[str, str]:
    """What one may want next, and the command on this machine that does it.

    Args:
        workspace: of a finished study.
    """
    folder: list[str | Path] = []
    if workspace.folder != RUNS / workspace.name:
        folder = ["--output", workspace.folder]
    return {
        "every trial, in the browser": shown_command("dashboard", workspace),
        "a page with all figures, to keep or send": shown_command("report", workspace, *folder),
        "name pictures of your own": command_on_network(
            "classify", workspace.folder, "--support", "KNOWN", "--query", "UNKNOWN"
        ),
    }
