"""Replayed searches compared: what each has found after equal time."""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from benchmarks.output import QUANTILES, median, save, standard_error, summary
from benchmarks.replay.searches import BASELINE, full_training, mean, origin, outcomes, surrogate_of
from benchmarks.replay.simulator import Outcome

SEARCHES = [
    f"{sampler}/{pruner}"
    for sampler in ("tpe", "random")
    for pruner in ("none", "median", "successive-halving", "hyperband")
]
GRID = 100
"""How many times the searches are compared at."""
EARLIER = (0.25, 0.5, 0.75)
"""Parts of the time after which the searches are compared as if they had ended: the longer the
time, the sooner a good search is where random search ends."""


def quality(arguments: argparse.Namespace) -> None:
    """Best true accuracy against time, for samplers and pruners; time against the baseline's."""
    names = list(dict.fromkeys([arguments.baseline, *arguments.searches]))
    _compare(arguments, [(name, name, arguments.workers[0], False) for name in names])


def promotion(arguments: argparse.Namespace) -> None:
    """Successive halving whose pruned trials are lost, against one that resumes them."""
    workers = arguments.workers[0]
    rows = [(BASELINE, BASELINE, workers, False)]
    for sampler in ("random", "tpe"):
        search = f"{sampler}/successive-halving"
        rows += [(search, search, workers, False)]
        rows += [(f"{search}, promoted from pauses", search, workers, True)]
    _compare(arguments, rows)


def _compare(arguments: argparse.Namespace, rows: list[tuple[str, str, int, bool]]) -> None:
    surrogate = surrogate_of(arguments.curves, arguments.surrogate)
    trials = arguments.trials or surrogate.study.trials
    seconds = trials * full_training(surrogate) / arguments.workers[0]
    found = outcomes(arguments, [row[1:] for row in rows], seconds=seconds)
    level = median([outcome.at(seconds) for outcome in found[0]])
    times = np.linspace(0, seconds, GRID + 1)[1:]
    document = origin(arguments, surrogate) | {
        "seconds": round(seconds, 1),
        "trials_to_their_end_in_that_time": trials,
        "workers": arguments.workers[0],
        "level": round(level, 4),
        "searches": {
            name: _told(repetitions, times, level)
            for (name, *_), repetitions in zip(rows, found, strict=True)
        },
        "earlier": [_ended([row[0] for row in rows], found, seconds * p) for p in EARLIER],
    }
    for name, row in document["searches"].items():
        gained, part = row["final_accuracy"]["0.5"], row["part_of_the_time_to_the_level"]["0.5"]
        print(f"{name:50} {gained:.4f} at the end; level at {part} of the time")
    save(
        arguments.output,
        document,
        _figure(document["searches"], times, level, arguments.workers[0]),
    )


def _told(repetitions: list[Outcome], times: np.ndarray, level: float) -> dict[str, Any]:
    """One search's part of the document."""
    paths = np.array([[outcome.at(t) for t in times] for outcome in repetitions])
    reached = np.array([outcome.reaches(level) for outcome in repetitions]) / times[-1]
    return {
        "final_accuracy": summary(paths[:, -1]),
        "standard_error": standard_error(paths[:, -1]),
        "part_of_the_time_to_the_level": summary(reached),
        "repetitions_that_reached_it": int(np.isfinite(reached).sum()),
        "trials": mean(repetitions, lambda o: o.trials),
        "complete": mean(repetitions, lambda o: o.complete),
        "epochs": mean(repetitions, lambda o: o.epochs),
        "sampler_seconds": mean(repetitions, lambda o: o.asking),
        "accuracy_over_time": {
            str(q): np.quantile(paths, q, axis=0).round(4).tolist() for q in QUANTILES
        },
    }


def _ended(names: list[str], found: list[list[Outcome]], seconds: float) -> dict[str, Any]:
    """The searches as if they had ended after `seconds`."""
    level = median([outcome.at(seconds) for outcome in found[0]])
    parts = {}
    for name, repetitions in zip(names, found, strict=True):
        reached = np.array([outcome.reaches(level) for outcome in repetitions])
        parts[name] = summary(np.where(reached <= seconds, reached / seconds, np.inf))["0.5"]
    return {
        "seconds": round(seconds, 1),
        "level": round(level, 4),
        "part_of_the_time_to_the_level": parts,
    }


def _figure(
    searches: dict[str, dict[str, Any]], times: np.ndarray, level: float, workers: int
) -> Figure:
    figure, axes = plt.subplots(figsize=(9, 5.5), layout="constrained")
    for name, row in searches.items():
        over = row["accuracy_over_time"]
        (line,) = axes.plot(times / 60, over["0.5"], label=name)
        axes.fill_between(times / 60, over["0.25"], over["0.75"], color=line.get_color(), alpha=0.1)
    axes.axhline(level, color="grey", linewidth=0.8)
    top = max(row["accuracy_over_time"]["0.9"][-1] for row in searches.values())
    axes.set(
        xlabel=f"minutes of training by {workers} workers",
        ylabel="validation accuracy of the best trial, median and quartiles",
        ylim=(level - 2.5 * max(top - level, 0.01), top + 0.005),
    )
    axes.legend(loc="lower right", fontsize="small")
    return figure
