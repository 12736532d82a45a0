"""Two real searches for an equal time: a study as defined, and the same at random without pruning.

Usage:
  python -m benchmarks.equal_time STUDY FOLDER --seconds S --repetitions N [--data-root DIR]

Each trains for S seconds, the two of a repetition side by side, each by one worker process of one
thread; nothing is retrained or tested. Repetition r has the study's seed r. FOLDER keeps every
search in a folder and storage of its own, and gets equal-time.json and .png: the same command goes
on after a kill, with more repetitions or with more seconds, and a finished search is not run again.

The values are those that the trials reported, on validation: the best of them had luck with its
seed. What a search has found after some time is the best of the complete trials that ended within
it, in seconds of training: what sampler and storage take is not among them, but in wall_seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from math import inf, isfinite
from pathlib import Path
from typing import Any

import numpy as np
import torch
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from optuna.trial import FrozenTrial

from benchmarks.command import make_parser
from benchmarks.output import provenance, save, standard_error, summary
from benchmarks.replay.searches import BASELINE, searched
from benchmarks.replay.simulator import Outcome
from data.collection import Collection
from data.sources.load import load_collection
from hpo.console.progress import Progress
from hpo.database.opening import open_storage
from hpo.run.search_task import SearchTask
from hpo.storage.studies import Stores, keep_fingerprint, open_study
from hpo.storage.workspace import Workspace
from hpo.study.definition import StudyConfig
from hpo.study.file import load_study
from hpo.trials.budget import counts, reached_limit, seconds
from hpo.trials.outcome import trained
from hpo.workers.machine import Machine
from hpo.workers.pool import run_tasks

TRIALS = 1_000_000
"""A budget of trials that is never spent: time alone ends a search."""
ARMS = ("defined", "random")


@dataclass(frozen=True)
class Search:
    """One of the two searches of a repetition.

    Attributes:
        config: the study, with its time and its seed.
        folder: the search's own.
    """

    config: StudyConfig
    folder: Path

    @property
    def workspace(self) -> Workspace:
        """Where all of the search lies."""
        return Workspace.of(self.config.name, self.folder)

    def trials(self, collection: Collection) -> list[FrozenTrial]:
        """Its trials so far; the study is made where there is none yet."""
        study = open_study(self.config, open_storage(self.workspace.storage, create=True))
        keep_fingerprint(study, collection)
        return study.get_trials(deepcopy=False)

    def task(self, data_root: Path | None) -> SearchTask:
        """The work of its one worker."""
        own = self.workspace
        return SearchTask(
            name=self.config.name,
            storage=own.storage,
            stores=Stores(str(own.checkpoints.absolute()), str(own.artifacts.absolute())),
            scratch=own.scratch,
            device="cpu",
            data_root=data_root,
        )


def searches(study: StudyConfig, folder: Path, time: float, repetition: int) -> list[Search]:
    """The two searches of a repetition, in the order of ARMS."""
    own = f"{study.sampler.name}/{study.pruner.name}"
    found = []
    for arm, search in zip(ARMS, (own, BASELINE), strict=True):
        name = f"{study.name}-{arm}-{repetition}"
        changes = {"name": name, "trials": TRIALS, "timeout": time, "warm_start": None}
        config = searched(study, search, repetition).model_copy(update=changes)
        found.append(Search(config, folder / name))
    return found


def run(pair: list[Search], collection: Collection, data_root: Path | None, folder: Path) -> None:
    """Runs those of the two that are not finished, side by side."""
    left = []
    for search in pair:
        trials = search.trials(collection)
        running = counts(trials).running
        if running or reached_limit(trials, search.config) is None:
            left.append(search)
    if not left:
        return
    tasks = [search.task(data_root) for search in left]
    title = " and ".join(search.config.name for search in left)
    with Progress(title, TRIALS, parts=len(left)) as progress:
        if not run_tasks(
            tasks,
            Machine(len(left), "cpu", data_root),
            Workspace.of("equal-time", folder).logs,
            progress,
        ):
            raise KeyboardInterrupt


def outcome(trials: list[FrozenTrial], time: float) -> Outcome:
    """What a search found: its best reported value over seconds of training."""
    found = Outcome()
    ended = [trial for trial in trials if trial.datetime_complete is not None]
    ended.sort(key=lambda trial: trial.datetime_complete or 0)
    now, complete = 0.0, {trial.number for trial in trained(trials)}
    for trial in ended:
        now += seconds([trial])
        best = found.at(inf)
        if now <= time and trial.number in complete and trial.values[0] > best:
            found.found.append((now, trial.values[0]))
    found.wall = now
    return found


def told(trials: list[FrozenTrial], found: Outcome, time: float) -> dict[str, Any]:
    """One search's part of the document."""
    number = counts(trials)
    took = [t.duration for t in trials if t.duration is not None]
    return {
        "complete": number.complete,
        "pruned": number.pruned,
        "failed": number.failed,
        "infeasible": number.infeasible,
        "seconds_trained": round(found.wall, 1),
        "wall_seconds": round(sum(t.total_seconds() for t in took), 1),
        "final": round(found.at(time), 5),
        "best_so_far": [[round(at, 2), round(value, 5)] for at, value in found.found],
    }


def compared(pairs: list[tuple[Outcome, Outcome]], time: float) -> dict[str, Any]:
    """The searches compared over the repetitions; a level that one never reaches is null."""
    finals = np.array([[found.at(time) for found in pair] for pair in pairs])
    parts = np.array([one.reaches(other.at(time)) / time for one, other in pairs])
    gains = finals[:, 0] - finals[:, 1]
    return {
        "final": {
            arm: summary(column)
            | {"mean": round(float(column.mean()), 5), "standard_error": standard_error(column)}
            for arm, column in zip(ARMS, finals.T, strict=True)
        },
        "gain": {
            "mean": round(float(gains.mean()), 5),
            "standard_error": standard_error(gains),
        },
        "part_of_the_time_to_the_random_searchs_final": {
            "repetitions": [round(float(part), 4) if isfinite(part) else None for part in parts],
            "repetitions_that_reached_it": int(np.isfinite(parts).sum()),
            **summary(parts),
        },
    }


def figure(pairs: list[tuple[Outcome, Outcome]], time: float, name: str) -> Figure:
    drawn, (left, right) = plt.subplots(
        1, 2, figsize=(11, 4.8), layout="constrained", width_ratios=(3, 1)
    )
    times = np.linspace(0, time, 500)
    for place, arm in enumerate(ARMS):
        paths = np.array([[pair[place].at(t) or np.nan for t in times] for pair in pairs])
        left.plot(times, paths.T, color=f"C{place}", linewidth=0.7, alpha=0.6)
        # Before every search has something, the median would be that of the lucky.
        middle = np.median(paths, axis=0)
        label = f"{name}: as defined" if arm == "defined" else "random, without pruning"
        left.plot(times, middle, color=f"C{place}", linewidth=2.5, label=label)
    # What the first tenth of the time finds would leave the rest no room.
    late = np.array([found.at(t) for t in times[50:] for pair in pairs for found in pair])
    if late.any():
        left.set_ylim(late[late > 0].min() - 0.01, late.max() + 0.01)
    left.set(xlabel="seconds of training", ylabel="best value so far: each search, and the median")
    left.legend(loc="lower right", fontsize="small")
    parts = [one.reaches(other.at(time)) / time for one, other in pairs]
    numbers = range(len(pairs))
    right.bar(numbers, [part if isfinite(part) else 0.0 for part in parts], color="C0")
    for number, part in zip(numbers, parts, strict=True):
        if not isfinite(part):
            right.text(number, 0.02, "never", ha="center", rotation=90)
    right.axhline(0.25, color="grey", linewidth=0.8)
    right.set(
        xlabel="repetition",
        xticks=numbers,
        ylim=(0, 1),
        ylabel="part of the time to the random search's final value",
    )
    return drawn


def main() -> None:
    parser = make_parser(__doc__)
    parser.add_argument("study")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--repetitions", type=int, required=True)
    parser.add_argument("--data-root", type=Path)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    study, folder, time = load_study(arguments.study), arguments.folder, arguments.seconds
    collection = load_collection(study.dataset, arguments.data_root)
    study = study.model_copy(update={"dataset": collection.name})
    pairs, rows = [], []
    for repetition in range(arguments.repetitions):
        both = searches(study, folder, time, repetition)
        run(both, collection, arguments.data_root, folder)
        trials = [search.trials(collection) for search in both]
        first, second = (outcome(of_search, time) for of_search in trials)
        pairs.append((first, second))
        of_arm = partial(told, time=time)
        rows.append(dict(zip(ARMS, map(of_arm, trials, pairs[-1]), strict=True)))
        # After each: the next may take an hour.
        document = provenance() | {
            "definition": study.definition(),
            "seconds": time,
            **compared(pairs, time),
            "searches": rows,
        }
        save(folder / "equal-time", document, figure(pairs, time, study.name))
        plt.close("all")
    for key in ("final", "gain", "part_of_the_time_to_the_random_searchs_final"):
        print(f"{key}: {document[key]}")


if __name__ == "__main__":
    main()
