"""Commands that search, beside `run` itself: join, enqueue, narrow."""

from __future__ import annotations

from pathlib import Path

import typer

from hpo.cli import options
from hpo.runtime.literal_text import visible


def join(
    name: options.Name,
    storage: options.Storage = None,
    workers: options.Workers = 1,
    data_root: options.DataRoot = None,
    device: options.Device = "auto",
    artifacts: options.Artifacts = None,
    output: options.Output = None,
    log: options.Log = None,
) -> None:
    """Add this machine's workers to a study that `run` started, here or on another machine."""
    from hpo.console.starting import starting
    from hpo.console.tensorboard import check_tensorboard

    if log is not None:
        check_tensorboard()
    with starting(name, workers):
        from hpo.run.join import join_study
        from hpo.storage.workspace import Workspace
        from hpo.workers.machine import Machine

        workspace = Workspace.of(name, output, storage)
        machine = Machine(workers, device, data_root, workspace.tensorboard if log else None)
        join_study(machine, workspace, artifacts)


def enqueue(
    name: options.Name, config_files: options.ConfigFiles, storage: options.Storage = None
) -> None:
    """Let a study try configurations of yours next.

    Each becomes a trial like any other, with the values of the study's space that are nearest.
    """
    from hpo.search.enqueue import enqueue, what_it_waits_for
    from hpo.storage.studies import find_study
    from hpo.storage.workspace import Workspace

    workspace = Workspace.of(name, storage=storage)
    with find_study(workspace) as (study, config):
        waits = what_it_waits_for(study, config, workspace)
        for tried in enqueue(study, config, config_files):
            typer.echo(visible(tried.in_words()))
        if waits is not None:
            typer.echo(visible(f"study {name}: {waits}"))


def narrow(
    name: options.Name,
    storage: options.Storage = None,
    top: options.Around = 5,
    new_name: options.NewName = None,
    output: options.StudyTo = "-",
) -> None:
    """Write a study that searches around the best trials of another."""
    from hpo.console.export import export_narrowed
    from hpo.storage.studies import find_study
    from hpo.storage.workspace import Workspace

    path = None if output == "-" else Path(output)
    with find_study(Workspace.of(name, storage=storage)) as (study, config):
        export_narrowed(study, config, top, new_name or f"{name}-2", path)
