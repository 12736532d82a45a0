"""Real searches for an equal time: a study, and the same with other samplers and pruners.

Usage:
  python -m benchmarks.equal_time STUDY FOLDER --seconds S --repetitions N
      [--searches SAMPLER/PRUNER ...] [--data-root DIR]

Each trains for S seconds, by one worker process of one thread; nothing is retrained or tested. As
many as there are cores train side by side. Repetition r has the study's seed r, and begins with
another of the searches than the one before it, so that each has as often a neighbour as the others.
A search is named as in tpe/successive-halving or, with its random trials at the start, its first
rung and its reduction factor, tpe-10/successive-halving-1-3; what is not named is the study's.
The first is compared with each of the others; without names, the study's own search with random
search without pruning. FOLDER keeps every search in a folder and storage of its own, and gets
equal-time.json and .png: the same command goes on after a kill, with more repetitions or with more
seconds, and a finished search is not run again.

The values are those that the trials reported, on validation: the best of them had luck with its
seed. What a search has found after some time is the best of the complete trials that ended within
it, in seconds of training: what sampler and storage take is not among them, but in wall_seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite
from pathlib import Path
from typing import Any

import numpy as np
import torch
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from optuna.trial import FrozenTrial

from benchmarks.command import make_parser, run_main
from benchmarks.output import provenance, save, standard_error, summary
from benchmarks.replay.searches import BASELINE, own_search, searched
from benchmarks.replay.simulator import Outcome
from data.collection import Collection
from data.cores import usable_cores
from data.sources.load import load_collection
from hpo.console.progress import Progress
from hpo.database.opening import open_storage
from hpo.run.search_task import SearchTask
from hpo.storage.studies import Stores, keep_fingerprint, open_study
from hpo.storage.workspace import Workspace
from hpo.study.additive import value_at
from hpo.study.definition import StudyConfig
from hpo.study.file import load_study
from hpo.trials.budget import counts, reached_limit, seconds
from hpo.trials.outcome import complete_trials
from hpo.trials.times import duration, in_order
from hpo.workers.machine import Machine
from hpo.workers.pool import run_tasks

TRIALS = 1_000_000
"""A budget of trials that is never spent: time alone ends a search."""


@dataclass(frozen=True)
class Search:
    """One of the searches of a repetition.

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
        study = open_study(
            self.config,
            open_storage(self.workspace.storage, create=True),
            lambda study: keep_fingerprint(study, collection),
        )
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


def searches(
    study: StudyConfig, names: list[str], folder: Path, time: float, repetition: int
) -> list[Search]:
    """The searches of a repetition, in the order of their names."""
    found = []
    for search in names:
        name = f"{study.name}-{search.replace('/', '-')}-{repetition}"
        changes = {"name": name, "trials": TRIALS, "timeout": time, "warm_start": None}
        config = searched(study, search, repetition).model_copy(update=changes)
        found.append(Search(config, folder / name))
    return found


def run(
    of_repetition: list[Search], collection: Collection, data_root: Path | None, folder: Path
) -> None:
    """Runs those that are not finished, as many side by side as there are cores."""
    left = []
    for search in of_repetition:
        trials = search.trials(collection)
        running = counts(trials).running
        if running or reached_limit(trials, search.config) is None:
            left.append(search)
    cores = usable_cores()
    for together in (left[at : at + cores] for at in range(0, len(left), cores)):
        tasks = [search.task(data_root) for search in together]
        title = " and ".join(search.config.name for search in together)
        with Progress(title, TRIALS, parts=len(together), search_alone=True) as progress:
            if not run_tasks(
                tasks,
                Machine(len(together), "cpu", data_root),
                Workspace.of("equal-time", folder).logs,
                progress,
            ):
                raise KeyboardInterrupt


def outcome(trials: list[FrozenTrial], time: float) -> Outcome:
    """What a search found: its best reported value over seconds of training."""
    found = Outcome()
    ended = [trial for trial in trials if trial.datetime_complete is not None]
    ended.sort(key=in_order)
    now, complete = 0.0, {trial.number for trial in complete_trials(trials)}
    for trial in ended:
        now += seconds([trial])
        best = found.at(inf)
        if now <= time and trial.number in complete and trial.values[0] > best:
            found.found.append((now, trial.values[0]))
    found.wall = now
    return found


def at_first_rung(trials: list[FrozenTrial], final: float, rung: int) -> dict[str, float | None]:
    """How a search's trials stood after their first `rung` epochs: its best there, and its winner.

    None where no trial has a value there, or none ended with `final`.
    """
    stood = {t.number: value for t in trials if (value := value_at(t, rung)) is not None}
    winner = [stood[t.number] for t in complete_trials(trials) if t.values[0] == final]
    return {
        "best": round(max(stood.values()), 5) if stood else None,
        "winner": round(winner[0], 5) if winner else None,
    }


def told(trials: list[FrozenTrial], found: Outcome, time: float, rung: int) -> dict[str, Any]:
    """One search's part of the document."""
    number = counts(trials)
    took = [t for trial in trials if (t := duration(trial)) is not None]
    return {
        "complete": number.complete,
        "pruned": number.pruned,
        "failed": number.failed,
        "infeasible": number.infeasible,
        "seconds_trained": round(found.wall, 1),
        "wall_seconds": round(sum(took), 1),
        "final": round(found.at(time), 5),
        "at_first_rung": at_first_rung(trials, found.at(time), rung),
        "best_so_far": [[round(at, 2), round(value, 5)] for at, value in found.found],
    }


def compared(names: list[str], repetitions: list[list[Outcome]], time: float) -> dict[str, Any]:
    """The first search compared with each of the others; a level never reached is null."""
    finals = np.array([[found.at(time) for found in searched] for searched in repetitions])
    document: dict[str, Any] = {
        "final": {
            name: summary(column)
            | {"mean": round(float(column.mean()), 5), "standard_error": standard_error(column)}
            for name, column in zip(names, finals.T, strict=True)
        },
        "against": {},
    }
    for place, name in enumerate(names[1:], start=1):
        gains = finals[:, 0] - finals[:, place]
        parts = parts_of_the_time(repetitions, place, time)
        document["against"][name] = {
            "gain": {
                "mean": round(float(gains.mean()), 5),
                "standard_error": standard_error(gains),
            },
            "part_of_the_time_to_its_final": {
                "repetitions": [round(part, 4) if isfinite(part) else None for part in parts],
                "repetitions_that_reached_it": int(np.isfinite(parts).sum()),
                **summary(np.array(parts)),
            },
        }
    return document


def parts_of_the_time(repetitions: list[list[Outcome]], place: int, time: float) -> list[float]:
    """When the first search was where another one ends, in parts of the time, by repetition."""
    return [found[0].reaches(found[place].at(time)) / time for found in repetitions]


def figure(names: list[str], repetitions: list[list[Outcome]], time: float) -> Figure:
    drawn, (left, right) = plt.subplots(
        1, 2, figsize=(11, 4.8), layout="constrained", width_ratios=(3, 1)
    )
    times = np.linspace(0, time, 500)
    for place, name in enumerate(names):
        paths = np.array([[r[place].at(t) or np.nan for t in times] for r in repetitions])
        left.plot(times, paths.T, color=f"C{place}", linewidth=0.7, alpha=0.6)
        # Before every search has something, the median would be that of the lucky.
        left.plot(times, np.median(paths, axis=0), color=f"C{place}", linewidth=2.5, label=name)
    # What the first tenth of the time finds would leave the rest no room.
    late = np.array([found.at(t) for t in times[50:] for r in repetitions for found in r])
    if late.any():
        left.set_ylim(late[late > 0].min() - 0.01, late.max() + 0.01)
    left.set(xlabel="seconds of training", ylabel="best value so far: each search, and the median")
    left.legend(loc="lower right", fontsize="small")
    numbers, others = np.arange(len(repetitions)), len(names) - 1
    for place in range(1, len(names)):
        parts = parts_of_the_time(repetitions, place, time)
        at = numbers + (place - (others + 1) / 2) * 0.8 / others
        heights = [part if isfinite(part) else 0.0 for part in parts]
        right.bar(at, heights, 0.8 / others, color=f"C{place}")
        for x, part in zip(at, parts, strict=True):
            if not isfinite(part):
                right.text(x, 0.02, "never", ha="center", rotation=90)
    right.axhline(0.5, color="grey", linewidth=0.8)
    right.set(
        xlabel="repetition",
        xticks=numbers,
        ylim=(0, 1),
        ylabel="part of the time to the other search's final value",
    )
    return drawn


def main() -> None:
    parser = make_parser(__doc__)
    parser.add_argument("study")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--repetitions", type=int, required=True)
    parser.add_argument("--searches", nargs="+")
    parser.add_argument("--data-root", type=Path)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    study, folder, time = load_study(arguments.study), arguments.folder, arguments.seconds
    names = arguments.searches or [own_search(study), BASELINE]
    collection = load_collection(study.dataset, arguments.data_root)
    study = study.model_copy(update={"dataset": collection.name})
    repetitions, rows = [], []
    for repetition in range(arguments.repetitions):
        here = searches(study, names, folder, time, repetition)
        first = repetition % len(here)
        run([*here[first:], *here[:first]], collection, arguments.data_root, folder)
        trials = [search.trials(collection) for search in here]
        repetitions.append([outcome(of_search, time) for of_search in trials])
        parts = (
            told(of_search, found, time, search.config.pruner.min_epochs)
            for search, of_search, found in zip(here, trials, repetitions[-1], strict=True)
        )
        rows.append(dict(zip(names, parts, strict=True)))
        # After each: the next may take an hour.
        document = provenance() | {
            "definition": study.unchangeable(),
            "seconds": time,
            **compared(names, repetitions, time),
            "searches": rows,
        }
        save(folder / "equal-time", document, figure(names, repetitions, time))
        plt.close("all")
    for name, found in document["final"].items():
        print(f"{name}: {found['mean']:.4f} ± {found['standard_error']}")
    for name, found in document["against"].items():
        print(f"against {name}: {found['gain']}")


if __name__ == "__main__":
    run_main(main)
