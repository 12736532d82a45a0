"""The rows of bars on a terminal, alike before and while trainings run."""

from __future__ import annotations

from typing import IO, cast

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from data.stderr import LastingStderr
from hpo.console.terminal import console_on


def console_of_bars() -> Console:
    """The console that bars are shown on: stderr, as long as somebody can see it."""
    return console_on(cast("IO[str]", LastingStderr()))


def bars(console: Console) -> Progress:
    """Rows of a description, a bar, a `count`, the time since then and a `note`.

    They are gone when they are stopped. Without a terminal nothing is shown.
    """
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=30),
        TextColumn("{task.fields[count]}", markup=False),
        TimeElapsedColumn(),
        TextColumn("{task.fields[note]}", markup=False),
        console=console,
        disable=not console.is_interactive,
        transient=True,
    )


def add_worker(rows: Progress, number: int) -> TaskID:
    """Adds the row of a worker that starts; returns the row's own number.

    Args:
        number: the worker's, from 1 on.
    """
    return rows.add_task(f"worker {number}", total=None, count="", note="starting")
