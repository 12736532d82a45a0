"""Replayed searches whose parameters have priors: good, middling and bad ones."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import optuna
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

import hpo.study.priors
from benchmarks.output import QUANTILES, save, standard_error, summary
from benchmarks.replay.searches import (
    full_training,
    in_processes,
    origin,
    own_search,
    searched,
    surrogate_of,
)
from benchmarks.replay.simulator import Outcome, Simulation
from benchmarks.replay.surrogate import Kind, Surrogate
from hpo.study.definition import StudyConfig
from hpo.study.file import read_study
from hpo.study.narrowing import with_tables
from hpo.study.parameter import Value
from hpo.study.samplers import make_sampler
from hpo.study.space import parameters, sample

NONE = "none"
RANKS = {"good": 0, "middling": 49, "bad": 99}
"""Which one of a hundred random configurations is the prior, from the best on."""
DRAWN = 100
PRIOR_SEED = 2_000_000
"""Added to a repetition's number as the seed of these, which no repetition has itself."""
PARTS = (0.25, 0.5, 1.0)
"""Parts of the time at which searches are compared."""
GRID = 100

Task = tuple[str, float, int]
"""Kind of prior, spread, repetition."""


def priors(arguments: argparse.Namespace) -> None:
    """Searches with priors that are good, middling or bad, and with none; for each spread."""
    surrogate = surrogate_of(arguments.curves, arguments.surrogate)
    workers, trials = arguments.workers[0], arguments.trials or surrogate.study.trials
    seconds = trials * full_training(surrogate) / workers
    work = partial(_search, arguments.curves, arguments.surrogate, workers, seconds)
    rows = [(NONE, 0.0), *((kind, spread) for kind in RANKS for spread in arguments.spreads)]
    times = range(arguments.repetitions)
    found = in_processes(arguments, work, [(*row, r) for row in rows for r in times])
    by_row = {
        row: found[place * len(times) : (place + 1) * len(times)] for place, row in enumerate(rows)
    }
    document = origin(arguments, surrogate) | {
        "search": own_search(surrogate.study),
        "seconds": round(seconds, 1),
        "trials_to_their_end_in_that_time": trials,
        "workers": workers,
        "searches": [
            {"prior": kind, "spread": spread} | _told(outcomes, by_row[NONE, 0.0], seconds)
            for (kind, spread), outcomes in by_row.items()
        ],
    }
    for row in document["searches"]:
        parts = ", ".join(
            f"{p['accuracy']:.4f} ({p['gained']:+.4f} ± {p['standard_error']:.4f}) at {p['part']}"
            for p in row["at"]
        )
        print(f"{row['prior']:10} spread {row['spread']}: {parts} of the time")
    save(arguments.output, document, _figure(document["searches"], seconds))


def with_prior(study: StudyConfig, surrogate: Surrogate, rank: int, seed: int) -> StudyConfig:
    """The study with a prior for every parameter: one of a hundred random configurations.

    Args:
        study: the definition.
        surrogate: tells how good each is.
        rank: the prior's, 0 is the best.
        seed: of the random configurations.
    """
    chance = searched(study, "random/none", seed)
    drawn = optuna.create_study()
    ranked: list[tuple[float, int, dict[str, Value]]] = []
    for number in range(100 * DRAWN):
        if len(ranked) == DRAWN:
            break
        drawn.sampler = make_sampler(chance, number)
        trial = drawn.ask()
        run = sample(trial, chance, seed=0)
        if not run.network.shortfall():
            ranked.append((-float(surrogate.truth(run).best[-1]), number, trial.params))
    _, _, prior = sorted(ranked, key=lambda one: one[:2])[rank]
    tables = {}
    for p in parameters(study):
        table = {"choices": list(p.values)}
        if p.range is not None:
            table = p.range.model_dump(mode="json", exclude_none=True)
        tables[p.key] = table | {"prior": prior[p.name]}
    return read_study(with_tables(study, tables), study.name)


def _search(path: Path, truth: Kind, workers: int, seconds: float, task: Task) -> Outcome:
    kind, spread, repetition = task
    surrogate = surrogate_of(path, truth)
    study = surrogate.study
    if kind != NONE:
        study = with_prior(study, surrogate, RANKS[kind], PRIOR_SEED + repetition)
    study = searched(study, own_search(study), repetition)
    with patch.object(hpo.study.priors, "SPREAD", spread):
        return Simulation(study, surrogate, workers, seconds=seconds).run()


def _told(outcomes: list[Outcome], without: list[Outcome], seconds: float) -> dict[str, Any]:
    """One row of the document; what was gained is over the search without priors of that seed."""
    at = []
    for part in PARTS:
        accuracy = np.array([outcome.at(seconds * part) for outcome in outcomes])
        before = np.array([outcome.at(seconds * part) for outcome in without])
        at.append(
            {
                "part": part,
                "accuracy": round(float(accuracy.mean()), 5),
                "gained": round(float((accuracy - before).mean()), 5),
                "standard_error": standard_error(accuracy - before),
                "quantiles": summary(accuracy),
            }
        )
    paths = np.array([[o.at(t) for t in np.linspace(0, seconds, GRID + 1)[1:]] for o in outcomes])
    return {
        "at": at,
        "accuracy_over_time": {
            str(q): np.quantile(paths, q, axis=0).round(4).tolist() for q in QUANTILES
        },
    }


def _figure(searches: list[dict[str, Any]], seconds: float) -> Figure:
    figure, axes = plt.subplots(figsize=(9, 5.5), layout="constrained")
    minutes = np.linspace(0, seconds / 60, GRID + 1)[1:]
    for row in searches:
        over = row["accuracy_over_time"]
        spread = f", spread {row['spread']}" if row["prior"] != NONE else ""
        (line,) = axes.plot(minutes, over["0.5"], label=f"prior: {row['prior']}{spread}")
        axes.fill_between(minutes, over["0.25"], over["0.75"], color=line.get_color(), alpha=0.1)
    end = [row["accuracy_over_time"]["0.5"][-1] for row in searches]
    axes.set(
        xlabel="minutes",
        ylabel="true accuracy of the best trial, median and quartiles",
        ylim=(min(end) - 0.08, max(end) + 0.02),
    )
    axes.legend(loc="lower right", fontsize="small")
    return figure
