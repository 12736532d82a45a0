"""Replayed searches by few and by many workers, and how many workers still pay."""

from __future__ import annotations

import argparse
from math import isfinite
from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from benchmarks.output import median, save, standard_error, summary
from benchmarks.replay.searches import (
    BASELINE,
    mean,
    origin,
    outcomes,
    own_search,
    surrogate_of,
)
from benchmarks.replay.simulator import Outcome

WORTH = 0.5
"""Part of a lone worker's work that each of many must do for their number to pay."""


def workers(arguments: argparse.Namespace) -> None:
    """Wall time and search quality of 1 to 1000 workers at an equal budget of trials."""
    surrogate = surrogate_of(arguments.curves, arguments.surrogate)
    search = own_search(surrogate.study)
    names = [search] if search == BASELINE else [search, BASELINE]
    counts, trials = sorted({1, *arguments.workers}), arguments.trials or 1000
    found = outcomes(arguments, [(n, w, False) for n in names for w in counts], trials=trials)
    searches = {
        name: _told(counts, found[place * len(counts) : (place + 1) * len(counts)])
        for place, name in enumerate(names)
    }
    for name, rows in searches.items():
        print(f"{name}: more workers pay up to {rows['more_pay_up_to_workers']}")
        for row in rows["by_workers"]:
            print(f"  {row}")
    document = origin(arguments, surrogate) | {
        "trials": trials,
        "worth": f"pays while the time to the accuracy is at most 1 / {WORTH} / workers of one's",
        "searches": searches,
    }
    save(arguments.output, document, _figure(searches, counts, trials))


def _told(counts: list[int], found: list[list[Outcome]]) -> dict[str, Any]:
    """One search's part of the document; the first of its counts of workers is one."""
    alone = found[0]
    wall = float(np.median([outcome.wall for outcome in alone]))
    # What one worker has when nine tenths of its time are over: all can be asked for that.
    level = median([outcome.at(0.9 * outcome.wall) for outcome in alone])
    told: list[dict[str, Any]] = []
    for count, repetitions in zip(counts, found, strict=True):
        final = np.array([outcome.at(np.inf) for outcome in repetitions])
        walls = [outcome.wall for outcome in repetitions]
        reach = float(np.median([outcome.reaches(level) for outcome in repetitions]))
        told.append(
            {
                "workers": count,
                "seconds": round(float(np.median(walls)), 1),
                "speed_up": round(wall / float(np.median(walls)), 2),
                "final_accuracy": summary(final),
                "standard_error": standard_error(final),
                "seconds_to_the_level": round(reach, 1) if isfinite(reach) else None,
                "epochs": mean(repetitions, lambda o: o.epochs),
                "sampler_seconds": mean(repetitions, lambda o: o.asking),
            }
        )
    first = told[0]["seconds_to_the_level"]
    pays = [
        row["workers"]
        for row in told
        if row["seconds_to_the_level"]
        and first / row["seconds_to_the_level"] >= WORTH * row["workers"]
    ]
    return {
        "level": round(level, 4),
        "more_pay_up_to_workers": max(pays, default=1),
        "by_workers": told,
    }


def _figure(searches: dict[str, dict[str, Any]], counts: list[int], trials: int) -> Figure:
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.5), layout="constrained")
    left.plot(counts, counts, color="grey", linewidth=0.8, label="as many times faster")
    for name, rows in searches.items():
        told = rows["by_workers"]
        (line,) = right.plot(
            counts, [row["final_accuracy"]["0.5"] for row in told], "o-", label=name
        )
        left.plot(
            counts,
            [row["speed_up"] for row in told],
            "o-",
            color=line.get_color(),
            label=f"{name}: all trials",
        )
        right.fill_between(
            counts,
            [row["final_accuracy"]["0.25"] for row in told],
            [row["final_accuracy"]["0.75"] for row in told],
            color=line.get_color(),
            alpha=0.15,
        )
        reach = [row["seconds_to_the_level"] for row in told]
        left.plot(
            counts,
            [reach[0] / r if r and reach[0] else np.nan for r in reach],
            "s--",
            color=line.get_color(),
            label=f"{name}: to accuracy {rows['level']:.3f}",
        )
        left.axvline(rows["more_pay_up_to_workers"], color=line.get_color(), linestyle=":")
    left.set(xscale="log", yscale="log", xlabel="workers", ylabel="times faster than one worker")
    right.set(
        xscale="log",
        xlabel="workers",
        ylabel=f"accuracy after {trials} trials, median and quartiles",
    )
    left.legend(fontsize="small")
    right.legend(fontsize="small")
    return figure
