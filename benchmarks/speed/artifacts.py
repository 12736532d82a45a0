"""How much of a trial's time its notes and artifacts take.

Usage:
  python -m benchmarks.speed.artifacts [--data-root DIR] [--device DEVICE] [--trials N]

The quick study's search on Omniglot by one worker, on SQLite, with everything that its dashboard
shows: how long each trial took, and how much of that were its pictures, its note and verification
after each epoch; besides, what the study's own note and plots took. Then two more trials, while the
study has a thousand others, each with its note.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from functools import wraps
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import patch

import optuna
from optuna.trial import TrialState

import hpo.search.loop
import hpo.search.objective
import model.training.validation
from benchmarks.command import make_parser, run_main
from benchmarks.output import tell
from data.sources.load import load_collection
from data.splits import SearchData
from hpo.console.progress import Progress
from hpo.database.note_store import read_note, replace_note
from hpo.database.opening import open_storage
from hpo.search.checkpoints import Checkpoints
from hpo.search.loop import search
from hpo.search.objective import Objective
from hpo.storage.artifacts import open_store
from hpo.storage.studies import open_study
from hpo.storage.workspace import default_url
from hpo.study.file import load_study
from hpo.trials.times import duration
from model.device import resolve_device

TIMED = (
    (hpo.search.objective, "present"),
    (model.training.validation, "verification_accuracy"),
    (hpo.search.loop, "refresh_after"),
)
"""Functions that are timed where they are used: modules, and names in them."""
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
        took = duration(trial)
        assert took is not None
        added = self.clock.read("present", "verification_accuracy")
        self.added.append((trial.state, added / took))
        super().trial_finished(trial, part)


def crowd(study: optuna.Study, notes: dict[int, str], count: int) -> None:
    """Adds `count` trials like those that have a note, each with a note.

    Args:
        study: no trial of it waits.
        notes: by the numbers of their trials.
        count: how many.
    """
    trials = study.get_trials()
    for number in islice(cycle(notes), count):
        like = trials[number]
        study.add_trial(
            optuna.create_trial(
                state=TrialState.WAITING,
                params=like.params,
                distributions=like.distributions,
                user_attrs=like.user_attrs,
            )
        )
        trial = study.ask()
        for key, violation in like.constraints.items():
            trial.set_constraint(key, violation)
        for epoch, accuracy in like.intermediate_values.items():
            trial.report(accuracy, epoch)
        replace_note(trial, read_note(trial), notes[number])
        complete = like.state is TrialState.COMPLETE
        study.tell(trial, like.value if complete else None, like.state)


def main() -> None:
    parser = make_parser(__doc__)
    parser.add_argument("--data-root", type=Path)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--trials", type=int, default=8)
    arguments = parser.parse_args()
    device = resolve_device(arguments.device)
    config = load_study("quick").model_copy(update={"trials": arguments.trials})
    data = SearchData.of(load_collection("omniglot", arguments.data_root), config.size, device)
    clock = Clock()
    notes: dict[int, str] = {}
    for module, name in TIMED:
        clock.put_on(module, name)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        study = open_study(config, open_storage(default_url(folder), create=True))
        checkpoints, store = Checkpoints(open_store(name), folder), open_store(name)
        for others in (0, OTHERS):
            if others:
                crowd(study, notes, OTHERS)
                more = arguments.trials + OTHERS + MORE
                config = config.model_copy(update={"trials": more})
            progress, start = Timed(clock), time.perf_counter()
            with patch("hpo.dashboard.notes.replace_note", wraps=replace_note) as written:
                search(study, Objective(config, data, device, checkpoints, progress, store))
            took = time.perf_counter() - start
            calls = [call.args for call in written.call_args_list]
            notes = {of.number: text for of, _, text in calls if isinstance(of, optuna.Trial)}
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
    run_main(main)
