"""Searches compared by replaying recorded learning curves on a simulated clock.

Usage:
  python tests/benchmarks/replay.py validate CURVES
  python tests/benchmarks/replay.py quality CURVES OUTPUT [--searches SAMPLER/PRUNER ...]
  python tests/benchmarks/replay.py promotion CURVES OUTPUT
  python tests/benchmarks/replay.py workers CURVES OUTPUT [--workers N ...] [--trials N]

CURVES is what `record_curves.py pack` wrote; OUTPUT gets .json and .png. A search is named such as
tpe/successive-halving or, with the random trials at its start, first rung and reduction factor,
tpe-10/successive-halving-2-3; what is not named is the recorded study's. Accuracy is the true one,
without the luck of a seed, of the trial that looked best, within alphabet, on validation.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
from collections.abc import Callable
from functools import cache, partial
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import torch
from matplotlib import pyplot as plt
from simulation import Outcome, Simulation
from surrogate import Surrogate, read_recorded, validate

from hpo.objective import versions
from hpo.samplers import make_sampler
from hpo.space import sample
from hpo.study import PrunerConfig, SamplerConfig, StudyConfig

plt.style.use("tableau-colorblind10")
BASELINE = "random/none"
SEARCHES = [
    f"{sampler}/{pruner}"
    for sampler in ("tpe", "random")
    for pruner in ("none", "median", "successive-halving", "hyperband")
]
GRID = 100
"""So many times at which the searches are compared."""
QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)
WORKERS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1000]
WORTH = 0.5
"""More workers pay while each does at least this part of a lone worker's work."""

Task = tuple[str, int, int, bool]
"""Search, repetition, workers, promotion."""


def searched(study: StudyConfig, search: str, repetition: int) -> StudyConfig:
    """The study with another sampler and pruner."""
    (sampler, *startup), (pruner, *rungs) = (_numbers(part) for part in search.split("/"))
    given: dict[str, Any] = {"name": sampler} | dict(zip(["startup_trials"], startup, strict=False))
    keys = ["min_epochs", "reduction_factor"]
    cut: dict[str, Any] = {"name": pruner} | dict(zip(keys, rungs, strict=False))
    return study.model_copy(
        update={
            "sampler": SamplerConfig.model_validate(study.sampler.model_dump() | given),
            "pruner": PrunerConfig.model_validate(study.pruner.model_dump() | cut),
            "seed": repetition,
        }
    )


def _numbers(part: str) -> list[str | int]:
    """ "tpe-10" as ["tpe", 10]."""
    words = part.split("-")
    names = [word for word in words if not word.isdigit()]
    return ["-".join(names), *(int(word) for word in words if word.isdigit())]


@cache
def surrogate_of(path: Path, nearest: bool) -> Surrogate:
    return Surrogate(read_recorded(path), nearest)


def simulate(
    path: Path, nearest: bool, trials: int | None, seconds: float | None, task: Task
) -> Outcome:
    torch.set_num_threads(1)
    search, repetition, workers, promotion = task
    surrogate = surrogate_of(path, nearest)
    study = searched(surrogate.study, search, repetition)
    return Simulation(study, surrogate, workers, trials, seconds, promotion).run()


def outcomes(
    arguments: argparse.Namespace, rows: list[tuple[str, int, bool]], **until: float | None
) -> list[list[Outcome]]:
    """For each (search, workers, promotion) its repetitions."""
    times = arguments.repetitions
    tasks = [(search, r, workers, p) for search, workers, p in rows for r in range(times)]
    work = partial(
        simulate,
        arguments.curves,
        arguments.nearest,
        until.get("trials"),
        until.get("seconds"),
    )
    found = []
    with multiprocessing.get_context("spawn").Pool(arguments.processes) as pool:
        for count, outcome in enumerate(pool.imap(work, tasks), start=1):
            found.append(outcome)
            if count % times == 0:
                print(f"{count} of {len(tasks)}: {tasks[count - 1]}", file=sys.stderr, flush=True)
    return [found[i : i + times] for i in range(0, len(found), times)]


def full_training(surrogate: Surrogate) -> float:
    """Mean seconds of training a random configuration to its end."""
    study = searched(surrogate.study, BASELINE, 0)
    drawn = optuna.create_study()
    took = []
    while len(took) < 200:
        drawn.sampler = make_sampler(study, len(drawn.get_trials(deepcopy=False)))
        run = sample(drawn.ask(), study, seed=0)
        if not run.network.shortfall():
            curve = surrogate.truth(run)
            took.append(curve.seconds * len(curve.accuracy))
    return float(np.mean(took))


def quality(arguments: argparse.Namespace) -> None:
    """Best true accuracy against time, for samplers and pruners; time against the baseline's."""
    names = list(dict.fromkeys([BASELINE, *arguments.searches]))
    compare(arguments, [(name, name, arguments.workers[0], False) for name in names])


def promotion(arguments: argparse.Namespace) -> None:
    """Successive halving whose pruned trials are lost, against one that resumes them."""
    workers = arguments.workers[0]
    rows = [(BASELINE, BASELINE, workers, False)]
    for sampler in ("random", "tpe"):
        search = f"{sampler}/successive-halving"
        rows += [(search, search, workers, False)]
        rows += [(f"{search}, promoted from pauses", search, workers, True)]
    compare(arguments, rows)


def compare(arguments: argparse.Namespace, rows: list[tuple[str, str, int, bool]]) -> None:
    surrogate = surrogate_of(arguments.curves, arguments.nearest)
    trials = arguments.trials or surrogate.study.trials
    seconds = trials * full_training(surrogate) / arguments.workers[0]
    found = outcomes(arguments, [row[1:] for row in rows], seconds=seconds)
    level = _median([outcome.at(seconds) for outcome in found[0]])
    times = np.linspace(0, seconds, GRID + 1)[1:]
    document = about(arguments, surrogate) | {
        "seconds": round(seconds, 1),
        "trials_to_their_end_in_that_time": trials,
        "workers": arguments.workers[0],
        "level": round(level, 4),
        "searches": {},
    }
    for (name, *_), repetitions in zip(rows, found, strict=True):
        paths = np.array([[outcome.at(t) for t in times] for outcome in repetitions])
        reached = np.array([outcome.reaches(level) for outcome in repetitions]) / seconds
        final = paths[:, -1]
        document["searches"][name] = {
            "final_accuracy": _summary(final),
            "standard_error": round(float(final.std(ddof=1) / len(final) ** 0.5), 5),
            "part_of_the_time_to_the_level": _summary(reached),
            "repetitions_that_reached_it": int(np.isfinite(reached).sum()),
            "trials": _mean(repetitions, lambda o: o.trials),
            "complete": _mean(repetitions, lambda o: o.complete),
            "epochs": _mean(repetitions, lambda o: o.epochs),
            "sampler_seconds": _mean(repetitions, lambda o: o.asking),
            "accuracy_over_time": {
                str(q): np.quantile(paths, q, axis=0).round(4).tolist() for q in QUANTILES
            },
        }
        part, gained = document["searches"][name]["part_of_the_time_to_the_level"], np.median(final)
        print(f"{name:50} {gained:.4f} at the end; level at {part['0.5']} of the time")
    figure, axes = plt.subplots(figsize=(9, 5.5), layout="constrained")
    for name, row in document["searches"].items():
        over = row["accuracy_over_time"]
        (line,) = axes.plot(times / 60, over["0.5"], label=name)
        axes.fill_between(times / 60, over["0.25"], over["0.75"], color=line.get_color(), alpha=0.1)
    axes.axhline(level, color="grey", linewidth=0.8)
    top = max(row["accuracy_over_time"]["0.9"][-1] for row in document["searches"].values())
    axes.set(
        xlabel=f"minutes of training by {arguments.workers[0]} workers",
        ylabel="validation accuracy of the best trial, median and quartiles",
        ylim=(level - 2.5 * max(top - level, 0.01), top + 0.005),
    )
    axes.legend(loc="lower right", fontsize="small")
    save(arguments, document, figure)


def workers(arguments: argparse.Namespace) -> None:
    """Wall time and search quality of 1 to 1000 workers at an equal budget of trials."""
    surrogate = surrogate_of(arguments.curves, arguments.nearest)
    search = f"{surrogate.study.sampler.name}/{surrogate.study.pruner.name}"
    names = [search] if search == BASELINE else [search, BASELINE]
    counts, trials = sorted({1, *arguments.workers}), arguments.trials or 1000
    found = outcomes(arguments, [(n, w, False) for n in names for w in counts], trials=trials)
    document = about(arguments, surrogate) | {
        "trials": trials,
        "worth": f"pays while the time to the accuracy is at most 1 / {WORTH} / workers of one's",
        "searches": {},
    }
    for place, name in enumerate(names):
        rows = found[place * len(counts) : (place + 1) * len(counts)]
        alone = rows[0]
        wall = float(np.median([outcome.wall for outcome in alone]))
        # What one worker has when nine tenths of its time are over: all can be asked for that.
        level = _median([outcome.at(0.9 * outcome.wall) for outcome in alone])
        told: list[dict[str, Any]] = []
        for count, repetitions in zip(counts, rows, strict=True):
            final = np.array([outcome.at(np.inf) for outcome in repetitions])
            walls = [outcome.wall for outcome in repetitions]
            reach = float(np.median([outcome.reaches(level) for outcome in repetitions]))
            told.append(
                {
                    "workers": count,
                    "seconds": round(float(np.median(walls)), 1),
                    "speed_up": round(wall / float(np.median(walls)), 2),
                    "final_accuracy": _summary(final),
                    "standard_error": round(float(final.std(ddof=1) / len(final) ** 0.5), 5),
                    "seconds_to_the_level": round(reach, 1) if isfinite(reach) else None,
                    "epochs": _mean(repetitions, lambda o: o.epochs),
                    "sampler_seconds": _mean(repetitions, lambda o: o.asking),
                }
            )
        first = told[0]["seconds_to_the_level"]
        pays = [
            row["workers"]
            for row in told
            if row["seconds_to_the_level"]
            and first / row["seconds_to_the_level"] >= WORTH * row["workers"]
        ]
        document["searches"][name] = {
            "level": round(level, 4),
            "more_pay_up_to_workers": max(pays, default=1),
            "by_workers": told,
        }
        print(f"{name}: more workers pay up to {max(pays, default=1)}")
        for row in told:
            print(f"  {row}")
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.5), layout="constrained")
    left.plot(counts, counts, color="grey", linewidth=0.8, label="as many times faster")
    for name, rows in document["searches"].items():
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
    save(arguments, document, figure)


def about(arguments: argparse.Namespace, surrogate: Surrogate) -> dict[str, Any]:
    return {
        "command": " ".join(("python tests/benchmarks/replay.py", *sys.argv[1:])),
        "versions": versions(),
        "curves": arguments.curves.name,
        "configurations_recorded": len(surrogate.logits),
        "surrogate": "nearest recorded" if arguments.nearest else "mean over trees",
        "repetitions": arguments.repetitions,
    }


def save(arguments: argparse.Namespace, document: dict[str, Any], figure: plt.Figure) -> None:
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    arguments.output.with_suffix(".json").write_text(json.dumps(document, indent=1) + "\n")
    figure.savefig(arguments.output.with_suffix(".png"), dpi=110)


def _summary(values: np.ndarray) -> dict[str, float | None]:
    """Quantiles; one of times that were never reached is null."""
    # Between two values, one of which may be infinite, there is none: there, the higher one.
    method = "linear" if np.isfinite(values).all() else "higher"
    found = {str(q): float(np.quantile(values, q, method=method)) for q in QUANTILES}
    return {q: round(value, 4) if isfinite(value) else None for q, value in found.items()}


def _median(accuracies: list[float]) -> float:
    """One of them, which more than half of the repetitions reach: the mean of two, half do."""
    return float(np.quantile(accuracies, 0.5, method="lower"))


def _mean(repetitions: list[Outcome], what: Callable[[Outcome], float]) -> float:
    return round(float(np.mean([what(outcome) for outcome in repetitions])), 1)


def main() -> None:
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(required=True)
    for command in (quality, promotion, workers):
        one = commands.add_parser(command.__name__)
        one.add_argument("curves", type=Path)
        one.add_argument("output", type=Path)
        one.add_argument("--repetitions", type=int, default=50)
        one.add_argument("--processes", type=int, default=1)
        one.add_argument("--trials", type=int)
        one.add_argument("--nearest", action="store_true", help="a rougher surrogate")
        many = WORKERS if command is workers else [2]
        one.add_argument("--workers", type=int, nargs="+", default=many)
        if command is quality:
            one.add_argument("--searches", nargs="+", default=SEARCHES)
        one.set_defaults(do=command)
    check = commands.add_parser("validate")
    check.add_argument("curves", type=Path)
    check.set_defaults(do=print_validation)
    arguments = parser.parse_args()
    arguments.do(arguments)


def print_validation(arguments: argparse.Namespace) -> None:
    recorded = read_recorded(arguments.curves)
    for nearest in (False, True):
        found = {k: round(v, 4) for k, v in validate(recorded, nearest).items()}
        print(json.dumps({"surrogate": "nearest" if nearest else "mean over trees"} | found))


if __name__ == "__main__":
    main()
