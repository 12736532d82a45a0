"""Commands that look at a study: status, report, compare, dashboard."""

from __future__ import annotations

import json

import typer

from data.errors import InputError
from hpo.cli import options
from hpo.runtime.literal_text import visible


def status(
    name: options.Name,
    storage: options.Storage = None,
    as_json: options.AsJson = False,
    watching: options.Watch = False,
    output: options.Output = None,
) -> None:
    """Say how far a study has come, what it found, and what each worker does.

    Nothing is changed, and the study need not be at work: any machine with its storage may ask.
    """
    from hpo.console.status import status
    from hpo.console.status_view import status_lines, watch
    from hpo.storage.studies import find_study, stored_config
    from hpo.storage.workspace import Workspace

    if as_json and watching:
        raise InputError("--json, --watch: only one of them")
    workspace = Workspace.of(name, output, storage)
    with find_study(workspace) as (study, config):
        if watching:
            watch(lambda: status(study, stored_config(study), workspace), workspace)
            return
        now = status(study, config, workspace)
    typer.echo(
        json.dumps(now.model_dump(mode="json"), indent=2)
        if as_json
        else "\n".join(status_lines(now, workspace))
    )


def report(
    name: options.Name, storage: options.Storage = None, output: options.Output = None
) -> None:
    """Write what a study found as a page that opens offline, its figures as PNG files beside it.

    They are in report/ in the study's folder, which has its results.json and best.safetensors.
    """
    from hpo.report.write import write_report
    from hpo.storage.studies import find_study
    from hpo.storage.workspace import Workspace

    workspace = Workspace.of(name, output, storage)
    with find_study(workspace) as (study, config):
        page, no_pictures = write_report(study, config, workspace)
    typer.echo(visible(str(page)))
    if no_pictures:
        typer.echo(f"PNG files are left out: {no_pictures}", err=True)


def compare(
    names: options.Names,
    storage: options.Storage = None,
    output: options.ComparedTo = None,
) -> None:
    """Show studies side by side: what they found, what it cost, how their winners differ.

    A table here, and a page that opens offline, with the best accuracy so far against trials and
    against seconds of training.
    """
    from hpo.compare.page import write_page
    from hpo.compare.studies import compared
    from hpo.compare.terminal import print_compared

    studies = compared(names, storage)
    page = write_page(studies, output)
    print_compared(studies)
    typer.echo(visible(str(page)))


def dashboard(
    name: options.Name, storage: options.Storage = None, port: options.Port = 8080
) -> None:
    """Show a study in the browser, on this machine alone."""
    from hpo.dashboard.server import serve
    from hpo.storage.studies import find_study
    from hpo.storage.workspace import Workspace

    workspace = Workspace.of(name, storage=storage)
    with find_study(workspace) as (study, config):
        serve(study, config, workspace, port)
