"""How far a study has come, for people: a few lines, or a view that is drawn again and again."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from hpo.duration import duration
from hpo.summary import shown_command

INTERVAL = 2.0
"""Seconds from one look to the next."""
STATES = {
    "running": "running",
    "stopped": "nobody works on it, `run` goes on",
    "retraining": "the search is done, `run` retrains the best",
    "searched": "the search is done",
    "finished": "finished",
}


def status_lines(now: dict[str, Any], folder: Path, storage: str) -> list[str]:
    """What `status` found, in lines.

    Args:
        folder: the study's.
        storage: URL of the database that holds it.
    """
    lines = [*_study_lines(now), *_result_lines(now, folder, storage)]
    for worker in now["workers"]:
        value = "" if worker["best"] is None else f", best {worker['best']:.1%}"
        speed = worker["pictures_per_second"]
        lines.append(
            f"Worker {worker['worker']}: trial {worker['number']}, {worker['epochs']} epochs done"
            f"{value}{'' if speed is None else f', {speed:,.0f} pictures/s'}"
            f", last heard of {_duration(worker['silent'])} ago"
        )
    return lines


def watch(look: Callable[[], dict[str, Any]], folder: Path, storage: str) -> None:
    """Shows a study until it is finished, or until interrupted, which is no failure.

    On a terminal as a view that is drawn again every two seconds; elsewhere as lines, whenever a
    trial has begun or ended.

    Args:
        look: gives the `status` of the moment.
    """
    console = Console(highlight=False)
    with suppress(KeyboardInterrupt):
        if console.is_interactive:
            now = look()
            with Live(_view(now, folder, storage), console=console, auto_refresh=False) as live:
                while _goes_on(now):
                    time.sleep(INTERVAL)
                    now = look()
                    live.update(_view(now, folder, storage), refresh=True)
            return
        before = None
        while True:
            now = look()
            if (now["state"], now["trials"]) != before:
                print("\n".join(status_lines(now, folder, storage)), flush=True)
            before = now["state"], now["trials"]
            if not _goes_on(now):
                return
            time.sleep(INTERVAL)


def _goes_on(now: dict[str, Any]) -> bool:
    return now["state"] not in ("searched", "finished")


def _study_lines(now: dict[str, Any]) -> list[str]:
    trials, budget, left = now["trials"], now["budget"], now["seconds_left"]
    done = trials["complete"] + trials["pruned"]
    limit = "" if budget["timeout"] is None else f", at most {budget['timeout']:.0f} s"
    time_left = "" if left is None else f", about {_duration(left)} left"
    return [
        f"Study {now['study']} on {now['dataset']}: {STATES[now['state']]}",
        f"Budget: {done} of {budget['trials']} trials{limit}{time_left}",
        "Trials: "
        + ", ".join(f"{count} {state}" for state, count in trials.items())
        + f", {now['retried']} retried",
    ]


def _result_lines(now: dict[str, Any], folder: Path, storage: str) -> list[str]:
    best, winner = now["best"], now["winner"]
    if best is None:
        return ["Best: none complete yet"]
    export = shown_command("export", now["study"], storage)
    lines = [f"Best: trial {best['number']}, {best['value']:.1%}"]
    if winner is not None:
        runs = "official" if now["dataset"] == "omniglot" else "fixed"
        lines.append(
            f"Winner: trial {winner['number']}, retrained"
            f" {winner['validation']['one_shot_accuracy']:.1%} on validation,"
            f" {winner['test']['one_shot_accuracy']:.1%} on the {runs} runs;"
            f" its configuration: {folder / 'best.toml'}"
        )
    return [*lines, f"To export the best, or --trial N: {export}"]


def _view(now: dict[str, Any], folder: Path, storage: str) -> Group:
    trials = now["trials"]
    done = trials["complete"] + trials["pruned"]
    title, *lines = _study_lines(now)
    bar = Table.grid()
    bar.add_row(ProgressBar(total=now["budget"]["trials"], completed=done, width=60))
    workers = Table(box=box.SIMPLE_HEAD)
    for heading in ("worker", "trial", "epochs", "best", "pictures/s", "last heard of"):
        workers.add_column(heading, justify="left" if heading == "worker" else "right")
    for worker in now["workers"]:
        value, speed = worker["best"], worker["pictures_per_second"]
        workers.add_row(
            Text(worker["worker"]),
            str(worker["number"]),
            str(worker["epochs"]),
            "" if value is None else f"{value:.1%}",
            "" if speed is None else f"{speed:,.0f}",
            f"{_duration(worker['silent'])} ago",
        )
    recent = [f"Trial {trial['number']} {trial['outcome']}" for trial in now["recent"]]
    return Group(
        Text(title, style="bold"),
        bar,
        Text("\n".join([*lines, *_result_lines(now, folder, storage)])),
        *([workers] if now["workers"] else []),
        Text("\n".join(recent), style="dim"),
    )


def _duration(seconds: float) -> str:
    return duration(round(seconds))
