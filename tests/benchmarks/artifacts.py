"""What notes and artifacts take of a trial.

Usage: python tests/benchmarks/artifacts.py [--data-root DIR] [--trials N]

The quick study's search on Omniglot by one worker, on SQLite, with everything that its dashboard
shows: how long each trial took, and how much of that was its pictures, its note and verification
after each epoch; besides, what the study's own note and plots took. The same for two more trials
when the study has a thousand others, each with its note.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from statistics import median
from typing import Any

import optuna
from networks import tell
from optuna.trial import TrialState
from optuna_dashboard._note import note_str_key_prefix, note_ver_key

import hpo.search.loop
import hpo.search.objective
import model.training.trainer
from data.sources.load import load_collection
from data.splits import SearchData
from hpo.console.progress import Progress
from hpo.search.checkpoints import Checkpoints
from hpo.search.loop import search
from hpo.search.objective import Objective
from hpo.storage.artifacts import open_store
from hpo.storage.database import open_storage
from hpo.storage.studies import open_study
from hpo.storage.workspace import default_url
from hpo.study.definition import StudyConfig
from hpo.study.file import load_study
from model.device import resolve_device

OTHERS = 1000
MORE = 2


class Clock:
    """Adds up how long functions take, by name."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def put_on(self, module: object, name: str) -> None:
        timed: Callable[..., Any] = getattr(module, name)

        @wraps(timed)
        def run(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
            start = time.perf_counter()
            try:
                return timed(*args, **kwargs)
            finally:
                took = time.perf_counter() - start
                self.seconds[name] = self.seconds.get(name, 0.0) + took

        setattr(module, name, run)

    def read(self, *names: str) -> float:
        """Since the last reading."""
        return sum(self.seconds.pop(name, 0.0) for name in names)


class Timed(Progress):
    """Reads the clock after each trial."""

    def __init__(self, clock: Clock) -> None:
        super().__init__("artifacts", 1)
        self.clock = clock
        self.added: list[tuple[TrialState, float]] = []

    def trial_finished(self, trial: optuna.trial.FrozenTrial, part: int = 0) -> None:
        assert trial.duration is not None
        added = self.clock.read("present", "verification_accuracy")
        self.added.append((trial.state, added / trial.duration.total_seconds()))
        super().trial_finished(trial, part)


def crowd(study: optuna.Study, config: StudyConfig) -> None:
    """A thousand more trials like those there are, each with a note."""
    trials = study.get_trials()
    attributes = study._storage.get_study_system_attrs(study._study_id)
    for number in range(OTHERS):
        like = trials[number % len(trials)]
        study.add_trial(like)
        new = study.get_trials(deepcopy=False)[-1]._trial_id
        body = attributes[f"{note_str_key_prefix(like._trial_id)}0"]
        for key, value in ((note_ver_key(new), 1), (f"{note_str_key_prefix(new)}0", body)):
            study._storage.set_study_system_attr(study._study_id, key, value)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data-root", type=Path)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--trials", type=int, default=8)
    arguments = parser.parse_args()
    device = resolve_device(arguments.device)
    config = load_study("quick").model_copy(update={"trials": arguments.trials})
    data = SearchData.of(load_collection("omniglot", arguments.data_root), config.size, device)
    clock = Clock()
    for module, name in (
        (hpo.search.objective, "present"),
        (model.training.trainer, "verification_accuracy"),
        (hpo.search.loop, "refresh_after"),
    ):
        clock.put_on(module, name)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        study = open_study(config, open_storage(default_url(folder), create=True))
        checkpoints, store = Checkpoints(open_store(name), folder), open_store(name)
        for others in (0, OTHERS):
            if others:
                crowd(study, config)
                more = arguments.trials + OTHERS + MORE
                config = config.model_copy(update={"trials": more})
            progress, start = Timed(clock), time.perf_counter()
            search(study, Objective(config, data, device, checkpoints, progress, store))
            took = time.perf_counter() - start
            parts = {
                state.name.lower(): [part for ended, part in progress.added if ended is state]
                for state in (TrialState.COMPLETE, TrialState.PRUNED)
            }
            tell(
                benchmark="notes and artifacts",
                other_trials=others,
                trials={state: len(found) for state, found in parts.items()},
                median_fraction_of_a_trial={
                    state: round(median(found), 4) for state, found in parts.items() if found
                },
                largest_fraction=round(max(part for found in parts.values() for part in found), 4),
                studys_note_and_plots_fraction=round(clock.read("refresh_after") / took, 4),
            )


if __name__ == "__main__":
    main()
