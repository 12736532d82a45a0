"""Replayed searches that begin with the best trials of an older study of equal size."""

from __future__ import annotations

import argparse
from functools import partial
from math import inf
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from benchmarks.output import QUANTILES, median, save, standard_error, summary
from benchmarks.replay.searches import (
    in_processes,
    mean,
    origin,
    own_search,
    searched,
    surrogate_of,
)
from benchmarks.replay.simulator import Outcome, Simulation
from benchmarks.replay.surrogate import Kind
from hpo.search.warm_start import FIRST
from hpo.study.definition import StudyConfig
from hpo.study.space import config_of, parameters
from hpo.study.transfer import nearest
from hpo.trials.outcome import complete_trials
from hpo.trials.ranking import best_first

COLD, SAME, NARROWER = "cold", "warm, from the same space", "warm, from a narrower space"
OLDER_SEED = 1_000_000
"""Added to a repetition's number as its older study's seed, which no repetition has itself."""

Warm = tuple[Outcome, int]
"""A search, and how many of its trials came from the older study."""


def warm(arguments: argparse.Namespace) -> None:
    """Trials and seconds that a warm start saves until the cold search's final accuracy."""
    surrogate = surrogate_of(arguments.curves, arguments.surrogate)
    workers, trials = arguments.workers[0], arguments.trials or surrogate.study.trials
    work = partial(_search, arguments.curves, arguments.surrogate, workers, trials)
    times = range(arguments.repetitions)
    found = in_processes(arguments, work, [(k, r) for k in (COLD, SAME, NARROWER) for r in times])
    rows = {
        kind: found[place * len(times) : (place + 1) * len(times)]
        for place, kind in enumerate((COLD, SAME, NARROWER))
    }
    cold = [outcome for outcome, _ in rows[COLD]]
    level = median([outcome.at(inf) for outcome in cold])
    document = origin(arguments, surrogate) | {
        "search": own_search(surrogate.study),
        "trials": trials,
        "fixed_in_the_narrower_space": _fixed(surrogate.study),
        "workers": workers,
        "level": round(level, 4),
        "searches": {kind: _told(row, cold, level, trials) for kind, row in rows.items()},
    }
    for kind, row in document["searches"].items():
        saved, seconds = row["trials_saved"], row["seconds_saved"]
        print(
            f"{kind:30} level {level:.4f} after {row['trials_to_the_level']['0.5']} trials; saved:"
            f" {saved['0.5']} trials ({saved['0.25']} to {saved['0.75']}), {seconds['0.5']} s;"
            f" at the end {row['mean_final_accuracy']:.4f} ± {row['standard_error']}"
        )
    save(arguments.output, document, _figure(document["searches"], level, trials))


def narrower(study: StudyConfig) -> StudyConfig:
    """The space as an older study may have had it, with some values not yet searched."""
    fixed = _fixed(study)
    network = study.network | {
        key: fixed[f"network.{key}"] for key in study.network if f"network.{key}" in fixed
    }
    network["convolutions"] = [
        convolution | ({"filters": fixed[key]} if (key := _filters(number)) in fixed else {})
        for number, convolution in enumerate(network["convolutions"])
    ]
    return study.model_copy(update={"network": network})


def _fixed(study: StudyConfig) -> dict[str, Any]:
    """What the narrower space fixes: values by keys of the study.

    Batch normalisation and centring are on, and every convolution has its fewest filters.
    """
    searched_values = {parameter.key: parameter.values for parameter in parameters(study)}
    keys = [_filters(number) for number in range(len(study.network["convolutions"]))]
    fixed: dict[str, Any] = {k: min(searched_values[k]) for k in keys if k in searched_values}
    switches = ("network.batch_norm", "network.centred")
    return fixed | {key: True for key in switches if key in searched_values}


def _filters(number: int) -> str:
    return f"network.convolutions.{number}.filters"


def _search(path: Path, truth: Kind, workers: int, trials: int, task: tuple[str, int]) -> Warm:
    kind, repetition = task
    surrogate = surrogate_of(path, truth)
    search = own_search(surrogate.study)
    study = searched(surrogate.study, search, repetition)
    simulation = Simulation(study, surrogate, workers, trials)
    first: list[dict[str, Any]] = []
    if kind != COLD:
        space = narrower(study) if kind == NARROWER else study
        older_study = searched(space, search, OLDER_SEED + repetition)
        older = Simulation(older_study, surrogate, workers, trials)
        older.run()
        best = best_first(complete_trials(older.study.trials))[: min(FIRST, trials)]
        first = [nearest(study, config_of(older_study, trial.params, seed=0)) for trial in best]
    for params in first:
        simulation.study.enqueue_trial(params)
    return simulation.run(), len(first)


def _told(row: list[Warm], cold: list[Outcome], level: float, trials: int) -> dict[str, Any]:
    """One kind of start's part of the document.

    A search that never reaches the level counts with all it took.
    """
    outcomes = [outcome for outcome, _ in row]
    counted = [outcome.by_trials for outcome in outcomes]
    to_level = np.array([outcome.reaches(level) for outcome in counted])
    pairs = list(zip(cold, outcomes, strict=True))
    saved = [_trials_to(before, level) - _trials_to(after, level) for before, after in pairs]
    seconds = [_seconds_to(before, level) - _seconds_to(after, level) for before, after in pairs]
    final = np.array([outcome.at(inf) for outcome in outcomes])
    paths = np.array([[o.at(count) for count in range(1, trials + 1)] for o in counted])
    return {
        "trials_from_the_older_study": round(float(np.mean([count for _, count in row])), 1),
        "repetitions_that_reached_the_level": int(np.isfinite(to_level).sum()),
        "trials_to_the_level": summary(to_level),
        "seconds_to_the_level": summary(np.array([o.reaches(level) for o in outcomes])),
        "trials_saved": _saved(saved),
        "seconds_saved": _saved(seconds),
        "final_accuracy": summary(final),
        "mean_final_accuracy": round(float(final.mean()), 5),
        "standard_error": standard_error(final),
        "seconds": mean(outcomes, lambda o: o.wall),
        "accuracy_over_trials": {
            str(q): np.quantile(paths, q, axis=0).round(4).tolist() for q in QUANTILES
        },
    }


def _trials_to(outcome: Outcome, level: float) -> float:
    return min(outcome.by_trials.reaches(level), outcome.trials)


def _seconds_to(outcome: Outcome, level: float) -> float:
    return min(outcome.reaches(level), outcome.wall)


def _saved(saved: list[float]) -> dict[str, float | None]:
    values = np.array(saved)
    found = {"mean": round(float(values.mean()), 2), "standard_error": standard_error(values)}
    return found | summary(values)


def _figure(searches: dict[str, dict[str, Any]], level: float, trials: int) -> Figure:
    figure, (left, right) = plt.subplots(
        1, 2, figsize=(12, 4.8), width_ratios=(3, 2), layout="constrained"
    )
    counts = np.arange(1, trials + 1)
    for kind, row in searches.items():
        over = row["accuracy_over_trials"]
        (line,) = left.plot(counts, over["0.5"], label=kind)
        left.fill_between(counts, over["0.25"], over["0.75"], color=line.get_color(), alpha=0.15)
    left.axhline(level, color="grey", linewidth=0.8, label="level: the cold search's median end")
    top = max(row["accuracy_over_trials"]["0.75"][-1] for row in searches.values())
    # What the first trials find, the worst of all, would leave the rest no room.
    bottom = min(row["accuracy_over_trials"]["0.5"][trials // 5] for row in searches.values())
    left.set(
        xlabel="trials done, those from the older study included",
        ylabel="true accuracy of the best trial, median and quartiles",
        ylim=(bottom - 0.01, top + 0.005),
    )
    left.legend(loc="lower right", fontsize="small")
    for place, kind in enumerate((SAME, NARROWER)):
        saved, colour = searches[kind]["trials_saved"], f"C{place + 1}"
        right.hlines(place, saved["0.1"], saved["0.9"], colour, linewidth=1.5)
        right.hlines(place, saved["0.25"], saved["0.75"], colour, linewidth=8)
        right.plot(saved["0.5"], place, "ko")
    right.axvline(0, color="grey", linewidth=0.8)
    right.set(
        xlabel=f"trials saved of {trials}: median, quartiles, tenths",
        yticks=(0, 1),
        yticklabels=[kind.replace(", ", ",\n") for kind in (SAME, NARROWER)],
        ylim=(1.5, -0.5),
    )
    return figure
