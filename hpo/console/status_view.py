"""How far a study has come, for people: a few lines, or a view that is drawn again and again."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict

from rich import box
from rich.console import Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from hpo.console.next_commands import export_front
from hpo.console.shown_command import shown_command
from hpo.console.status import Status
from hpo.console.terminal import console_on
from hpo.runtime.literal_text import visible
from hpo.runtime.wording import duration, kind_of_runs
from hpo.storage.workspace import Workspace
from hpo.study.objectives import COSTS
from hpo.trials.configuration import passed_over

INTERVAL = 2.0
"""Seconds from one look to the next."""
STATES = {
    "running": "running",
    "stopped": "nobody works on it, `run` goes on",
    "retraining": "the search is done, `run` retrains the best",
    "searched": "the search is done",
    "finished": "finished",
}


def status_lines(now: Status, workspace: Workspace) -> list[str]:
    """A study's status as lines of text.

    Args:
        now: how far the study has come.
        workspace: the study's.
    """
    lines = [*_study_lines(now), *_front_lines(now), *_to_take(now, workspace)]
    for worker in now.workers:
        value = "" if worker.best is None else f", best {worker.best:.1%}"
        speed = worker.pictures_per_second
        lines.append(
            f"Worker {worker.worker}: trial {worker.number}, {worker.epochs} epochs done"
            f"{value}{'' if speed is None else f', {speed:,.0f} pictures/s'}"
            f", last heard of {_duration(worker.silent)} ago"
        )
    return [visible(line) for line in lines]


def watch(look: Callable[[], Status], workspace: Workspace) -> None:
    """Shows a study until it is finished, or until interrupted, which is no failure.

    On a terminal as a view that is drawn again every two seconds; elsewhere as lines, whenever a
    trial has begun or ended.

    Args:
        look: gives the `status` of the moment.
        workspace: the study's.
    """
    console = console_on()
    with suppress(KeyboardInterrupt):
        if console.is_interactive:
            now = look()
            with Live(_view(now), console=console, auto_refresh=False) as live:
                while _goes_on(now):
                    time.sleep(INTERVAL)
                    now = look()
                    live.update(_view(now), refresh=True)
            # Not in the view, where a long line is broken: a command is copied whole.
            for line in (*_front_lines(now), *_to_take(now, workspace)):
                print(visible(line))
            return
        before = None
        while True:
            now = look()
            if (now.state, now.trials) != before:
                print("\n".join(status_lines(now, workspace)), flush=True)
            before = now.state, now.trials
            if not _goes_on(now):
                return
            time.sleep(INTERVAL)


def _goes_on(now: Status) -> bool:
    return now.state not in ("searched", "finished")


def _study_lines(now: Status) -> list[str]:
    trials, budget = now.trials, now.budget
    done = trials.done
    limit = "" if budget.timeout is None else f", at most {budget.timeout:.0f} s"
    time_left = "" if now.left is None else f"; {now.left.in_words()}"
    states = asdict(trials) | {"retried": now.retried}
    counted = ", ".join(f"{count} {state}" for state, count in states.items() if count)
    best = now.best
    return [
        f"Study {now.study} on {now.dataset}: {STATES[now.state]}",
        f"Budget: {done} of {budget.trials} trials{limit}{time_left}",
        *([f"Search: {now.converged.in_words()}"] if now.converged else []),
        f"Trials: {counted or 'none yet'}",
        "Best of the search: "
        + (f"trial {best.number}, {best.value:.1%}" if best else "none complete yet"),
        *([f"Pareto front: {now.front.in_words()}"] if now.front else []),
        *([passed_over(now.passed_over).capitalize()] if now.passed_over else []),
        *([now.waits.capitalize()] if now.waits else []),
        *([now.left_out] if now.left_out else []),
    ]


def _front_lines(now: Status) -> list[str]:
    """The trials of the Pareto front, a line each."""
    if now.front is None:
        return []
    cost = COSTS[now.front.cost]
    return [
        f"  trial {trial}: {reached}, {spent} {cost}" for trial, reached, spent in now.front.rows
    ]


def _to_take(now: Status, workspace: Workspace) -> list[str]:
    """Lines on where the winner's configuration is, and how to export any trial's."""
    winner = now.winner
    if now.best is None:
        return []
    lines = []
    if winner is not None:
        lines.append(
            f"Winner of the retrained: trial {winner.number},"
            f" {winner.validation.one_shot_accuracy:.1%} on validation,"
            f" {winner.test.one_shot_accuracy:.1%} on the {kind_of_runs(now.dataset)} runs"
            # It may have been found on another machine.
            + (f"; its configuration is {workspace.config}" if workspace.results.exists() else "")
        )
    export = shown_command("export", workspace)
    # On lines of their own: a terminal breaks a long line anywhere, and a command is copied whole.
    lines += ["To export the best of the search, or --trial N:", f"  {export}"]
    if now.front is not None:
        lines += ["To export the Pareto front:", f"  {export_front(workspace, now.front)}"]
    return lines


def _view(now: Status) -> Group:
    """A status as it is drawn on a terminal, as wide as that: longer lines are broken."""
    title, *lines = _study_lines(now)
    bar = Table.grid()
    bar.add_row(ProgressBar(1.0, now.part_done))
    workers = Table(box=box.SIMPLE_HEAD)
    workers.add_column("worker")  # the only one to give way
    for heading in ("trial", "epochs", "best", "pictures/s", "silent"):
        workers.add_column(heading, justify="right", no_wrap=True)
    for worker in now.workers:
        value, speed = worker.best, worker.pictures_per_second
        workers.add_row(
            _line(worker.worker),
            str(worker.number),
            str(worker.epochs),
            "" if value is None else f"{value:.1%}",
            "" if speed is None else f"{speed:,.0f}",
            _duration(worker.silent),
        )
    return Group(
        _line(title, "bold"),
        bar,
        *map(_line, lines),
        *([workers] if now.workers else []),
        *(_line(f"Trial {trial.number} {trial.outcome}", "dim") for trial in now.recent),
    )


def _line(text: str, style: str = "") -> Text:
    return Text(visible(text), style, overflow="fold")


def _duration(seconds: float) -> str:
    return duration(round(seconds))
