"""Commands that take a finished study further, to be copied."""

from __future__ import annotations

from pathlib import Path

from hpo.console.shown_command import (
    command_elsewhere,
    network_command,
    network_command_elsewhere,
    shown_command,
)
from hpo.storage.workspace import RUNS, Workspace
from hpo.study.objectives import Front


def export_front(workspace: Workspace, front: Front, here: bool = True) -> str:
    """The command that writes the configurations of a study's Pareto front.

    Args:
        here: whether it is to be copied on this machine; else on any, in the project's folder.
    """
    of_study = shown_command if here else command_elsewhere
    return of_study(
        "export", workspace, "--pareto", front.cost, "--output", f"{workspace.name}-front"
    )


def next_commands(workspace: Workspace, here: bool = True) -> dict[str, str]:
    """What one may want next, and the command that does it.

    Args:
        workspace: workspace of a finished study.
        here: whether they are to be copied on this machine; else from the report on any, in the
            project's folder.
    """
    of_study = shown_command if here else command_elsewhere
    of_network = network_command if here else network_command_elsewhere
    folder: list[str | Path] = []
    if workspace.folder != RUNS / workspace.name:
        folder = ["--output", workspace.folder]
    page = "a page with all figures, to keep or send"
    return {
        "every trial, in the browser": of_study("dashboard", workspace),
        **({page: of_study("report", workspace, *folder)} if here else {}),
        "name pictures of your own": of_network(
            "classify", workspace.folder, "--support", "KNOWN", "--query", "UNKNOWN"
        ),
    }
