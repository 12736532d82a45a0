"""Replayed searches that end by themselves: the time they save, the accuracy they lose."""

from __future__ import annotations

import argparse
from functools import partial
from math import inf
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from benchmarks.output import save, standard_error, summary
from benchmarks.replay.searches import in_processes, origin, own_search, searched, surrogate_of
from benchmarks.replay.simulator import Outcome, Running, Simulation
from benchmarks.replay.surrogate import Kind
from hpo.study.definition import StopConfig
from hpo.trials.expected_gain import expected_gain

RULES = [
    StopConfig(gain=gain, trials=trials)
    for trials in (10, 20, 40)
    for gain in (0.001, 0.002, 0.005)
]
Task = tuple[StopConfig | None, int]
"""A rule, or none; and a repetition."""


class Stopping(Simulation):
    """A search that starts no trial once it has converged; those that run then are finished."""

    def _epoch_done(self, now: float, running: Running) -> Running | None:
        going_on = super()._epoch_done(now, running)
        if going_on is None and self.config.stop is not None and self.started < self.trials:
            gain = expected_gain(self.study.get_trials(deepcopy=False), self.config)
            if gain is not None and gain < self.config.stop.gain:
                self.trials = self.started
        return going_on


def early(arguments: argparse.Namespace) -> None:
    """Rules of `stop` beside spending the budget, repetition by repetition."""
    surrogate = surrogate_of(arguments.curves, arguments.surrogate)
    search = arguments.search or own_search(surrogate.study)
    workers, trials = arguments.workers[0], arguments.trials or surrogate.study.trials
    rules: list[StopConfig | None] = [None, *RULES]
    tasks = [(rule, r) for rule in rules for r in range(arguments.repetitions)]
    work = partial(_search, arguments.curves, arguments.surrogate, search, workers, trials)
    found = in_processes(arguments, work, tasks)
    whole, *stopped = [
        found[first : first + arguments.repetitions]
        for first in range(0, len(found), arguments.repetitions)
    ]
    document = origin(arguments, surrogate) | {
        "search": search,
        "trials": trials,
        "workers": workers,
        "final_accuracy": summary(np.array([outcome.at(inf) for outcome in whole])),
        "rules": [
            rule.model_dump() | _told(rule.trials, outcomes, whole)
            for rule, outcomes in zip(RULES, stopped, strict=True)
        ],
    }
    for row in document["rules"]:
        saved, lost = row["time_saved"], row["points_lost"]
        print(
            f"gain {row['gain']}, trials {row['trials']:2}: saves {100 * saved['mean']:.0f} ±"
            f" {100 * saved['standard_error']:.0f} % of the time, loses {lost['mean']:.2f} ±"
            f" {lost['standard_error']:.2f} points; {row['trials_done']} trials"
        )
    save(arguments.output, document, _figure(document["rules"]))


def _search(path: Path, kind: Kind, search: str, workers: int, trials: int, task: Task) -> Outcome:
    rule, repetition = task
    surrogate = surrogate_of(path, kind)
    study = searched(surrogate.study, search, repetition).model_copy(update={"stop": rule})
    return Stopping(study, surrogate, workers, trials).run()


def _told(window: int, outcomes: list[Outcome], whole: list[Outcome]) -> dict[str, Any]:
    """One rule's part of the document: each repetition is held against itself without a rule.

    Args:
        window: the number of next trials that the rule foretells.
        outcomes: of searches with the rule.
        whole: of the same without.
    """
    pairs = list(zip(outcomes, whole, strict=True))
    saved = np.array([1 - own.wall / other.wall for own, other in pairs])
    lost = np.array([100 * (other.at(inf) - own.at(inf)) for own, other in pairs])
    next_ones = np.array([100 * _gained(own.trials, window, other) for own, other in pairs])
    return {
        "time_saved": _mean(saved),
        "points_lost": _mean(lost),
        "points_that_the_next_trials_gained": _mean(next_ones),
        "trials_done": round(float(np.mean([outcome.trials for outcome in outcomes])), 1),
        "searches_that_ended_early": int((saved > 0).sum()),
    }


def _gained(done: int, window: int, whole: Outcome) -> float:
    """What the next trials gained in the search that went on."""
    counted = whole.by_trials
    return counted.at(done + window) - counted.at(done)


def _mean(values: np.ndarray) -> dict[str, float | None]:
    found = {"mean": round(float(values.mean()), 4), "standard_error": standard_error(values)}
    return found | summary(values)


def _figure(rules: list[dict[str, Any]]) -> Figure:
    figure, axes = plt.subplots(figsize=(7, 4.8), layout="constrained")
    for trials in sorted({row["trials"] for row in rules}):
        of_window = [row for row in rules if row["trials"] == trials]
        saved = [100 * row["time_saved"]["mean"] for row in of_window]
        lost, errors = (
            [row["points_lost"][figure] for row in of_window]
            for figure in ("mean", "standard_error")
        )
        axes.errorbar(saved, lost, errors, marker="o", label=f"the next {trials} trials")
        for x, y, row in zip(saved, lost, of_window, strict=True):
            axes.annotate(f"{100 * row['gain']:.1f}", (x, y), (4, 4), textcoords="offset points")
    axes.axhline(0, color="grey", linewidth=0.8)
    axes.set(
        xlabel="time of the search saved (%)",
        ylabel="points of accuracy lost, mean and standard error",
    )
    axes.legend(title="points at each mark: `gain`", fontsize="small")
    return figure
