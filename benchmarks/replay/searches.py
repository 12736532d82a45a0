"""Searches by their names, each simulated as often as asked, in several processes."""

from __future__ import annotations

import argparse
import multiprocessing
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import optuna
import torch
from pydantic import ValidationError

from benchmarks.output import provenance
from benchmarks.replay.simulator import Outcome, Simulation
from benchmarks.replay.surrogate import KINDS, Kind, Surrogate, read_recorded
from data.errors import InputError
from hpo.study.definition import PrunerConfig, SamplerConfig, StudyConfig
from hpo.study.samplers import make_sampler
from hpo.study.space import sample
from model.config_file import explain

BASELINE = "random/none"
"""The search that others are compared with."""

T = TypeVar("T")
R = TypeVar("R")
Task = tuple[str, int, int, bool]
"""Search, repetition, workers, promotion."""


def own_search(study: StudyConfig) -> str:
    """The name of the search that the study defines."""
    return f"{study.sampler.name}/{study.pruner.name}"


def searched(study: StudyConfig, search: str, repetition: int) -> StudyConfig:
    """The study with another sampler and pruner, and with the repetition's number as its seed.

    Args:
        search: SAMPLER/PRUNER, or with numbers
            SAMPLER-STARTUP_TRIALS/PRUNER-MIN_EPOCHS-REDUCTION_FACTOR.

    Raises:
        InputError: there is no such search.
    """
    if search.count("/") != 1:
        raise InputError(f"search {search}: should be SAMPLER/PRUNER, such as tpe/none")
    (sampler, *startup), (pruner, *rungs) = (_numbers(part) for part in search.split("/"))
    given: dict[str, Any] = {"name": sampler} | dict(zip(["startup_trials"], startup, strict=False))
    keys = ["min_epochs", "reduction_factor"]
    cut: dict[str, Any] = {"name": pruner} | dict(zip(keys, rungs, strict=False))
    try:
        return study.model_copy(
            update={
                "sampler": SamplerConfig.model_validate(study.sampler.model_dump() | given),
                "pruner": PrunerConfig.model_validate(study.pruner.model_dump() | cut),
                "seed": repetition,
            }
        )
    except ValidationError as error:
        raise InputError(explain(error, f"search {search}", StudyConfig)) from None


def _numbers(part: str) -> list[str | int]:
    """ "tpe-10" as ["tpe", 10]."""
    words = part.split("-")
    names = [word for word in words if not word.isdigit()]
    return ["-".join(names), *(int(word) for word in words if word.isdigit())]


@cache
def surrogate_of(path: Path, kind: Kind) -> Surrogate:
    """The surrogate of packed curves, made once in each process."""
    return Surrogate(read_recorded(path), kind)


def simulate(
    path: Path, kind: Kind, trials: int | None, seconds: float | None, task: Task
) -> Outcome:
    """Simulates one search until its budget of trials, or of seconds, is spent."""
    torch.set_num_threads(1)
    search, repetition, workers, promotion = task
    surrogate = surrogate_of(path, kind)
    study = searched(surrogate.study, search, repetition)
    return Simulation(study, surrogate, workers, trials, seconds, promotion).run()


def outcomes(
    arguments: argparse.Namespace,
    rows: list[tuple[str, int, bool]],
    *,
    trials: int | None = None,
    seconds: float | None = None,
) -> list[list[Outcome]]:
    """The repetitions of each row: search, workers, promotion."""
    times = arguments.repetitions
    tasks = [(search, r, workers, p) for search, workers, p in rows for r in range(times)]
    work = partial(
        simulate,
        arguments.curves,
        arguments.surrogate,
        trials,
        seconds,
    )
    found = in_processes(arguments, work, tasks)
    return [found[i : i + times] for i in range(0, len(found), times)]


def in_processes(
    arguments: argparse.Namespace, work: Callable[[T], R], tasks: Sequence[T]
) -> list[R]:
    """What `work` returns for each task, by as many processes as asked for; one is this one."""

    def told(results: Iterable[R]) -> list[R]:
        found = []
        for count, (task, result) in enumerate(zip(tasks, results, strict=True), start=1):
            found.append(result)
            if count % arguments.repetitions == 0:
                print(f"{count} of {len(tasks)}: {task}", file=sys.stderr, flush=True)
        return found

    if arguments.processes == 1:
        return told(map(work, tasks))
    with multiprocessing.get_context("spawn").Pool(arguments.processes) as pool:
        return told(pool.imap(work, tasks))


def origin(arguments: argparse.Namespace, surrogate: Surrogate) -> dict[str, Any]:
    """What a replay's figures depend on."""
    return provenance() | {
        "curves": arguments.curves.name,
        "configurations_recorded": len(surrogate.logits),
        "surrogate": KINDS[arguments.surrogate],
        "repetitions": arguments.repetitions,
    }


def mean(repetitions: list[Outcome], what: Callable[[Outcome], float]) -> float:
    """The mean of one figure over a search's repetitions."""
    return round(float(np.mean([what(outcome) for outcome in repetitions])), 1)


def full_training(surrogate: Surrogate) -> float:
    """Mean seconds of training a random configuration to its end."""
    study = searched(surrogate.study, BASELINE, 0)
    drawn = optuna.create_study()
    took: list[float] = []
    while len(took) < 200:
        drawn.sampler = make_sampler(study, len(drawn.get_trials(deepcopy=False)))
        run = sample(drawn.ask(), study, seed=0)
        if not run.network.shortfall():
            curve = surrogate.truth(run)
            took.append(curve.seconds * len(curve.accuracy))
    return float(np.mean(took))
