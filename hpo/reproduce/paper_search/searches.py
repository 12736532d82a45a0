"""Samplers beside random search in the paper's space, each with the same budget of trials."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from optuna.trial import FrozenTrial

from hpo.database.opening import open_storage
from hpo.reproduce.context import Context
from hpo.reproduce.paper_search.settings import PRUNERS, Settings, starts
from hpo.reproduce.table import Measured, Row, over_seeds
from hpo.run.search_task import search_here
from hpo.storage.artifacts import open_store
from hpo.storage.studies import Stores, keep_fingerprint, open_study
from hpo.storage.workspace import Workspace
from hpo.study.definition import SamplerConfig, StudyConfig
from hpo.study.transfer import nearest
from hpo.trials.attributes import TrialRecord
from hpo.trials.budget import counts, reached_limit, seconds
from hpo.trials.configuration import trial_config
from hpo.trials.outcome import trained
from model.config import RunConfig

BASELINE = "random"


@dataclass(frozen=True)
class Searched:
    """One search that is done.

    Attributes:
        form: scales of its space.
        sampler: name of what proposed.
        repetition: 0 and on, the study's seed.
        best: the configuration of the best complete trial; None if there is none.
        found: (seconds of training, best value so far), one entry for each improvement.
        seconds: of training, all trials together.
        counts: trials by how they ended.
        shrinking: of each trained trial, in the order in which they ended, the largest part of a
            weight that L2 takes in a step, over the layers.
    """

    form: str
    sampler: str
    repetition: int
    best: RunConfig | None
    found: list[tuple[float, float]]
    seconds: float
    counts: dict[str, int]
    shrinking: list[float]

    @property
    def value(self) -> float:
        """The best complete trial's reported value; 0 if there is none."""
        return self.found[-1][1] if self.found else 0.0

    def reaches(self, value: float) -> float | None:
        """Seconds of training after which a value is reached; None if it never is."""
        return next((at for at, best in self.found if best >= value), None)

    def document(self) -> dict[str, Any]:
        """All of it but the configuration, for JSON."""
        return {
            "form": self.form,
            "sampler": self.sampler,
            "repetition": self.repetition,
            "best": self.value,
            "seconds_trained": round(self.seconds, 1),
            "best_so_far": [[round(at, 1), value] for at, value in self.found],
            "shrinking": self.shrinking,
            **self.counts,
        }


def searches(context: Context, settings: Settings) -> list[Searched]:
    """Runs every search; those that are done are read. Each begins with the starts of a person.

    Random search has the same starts, number of trials and, but for `additive`, the same pruner as
    the others. It comes first, then one sampler after the other: each can be compared with it
    before the next has begun.
    """
    found = []
    for sampler, repetition, (form, study) in product(
        settings.samplers, range(settings.repetitions), settings.studies.items()
    ):
        name = f"{study.name}-{sampler.name}-{repetition}"
        config = _defined(study, name, sampler, repetition, settings, context)
        trials = _search(config, context.folder / "searches" / name, context)
        found.append(_read(form, config, repetition, trials))
    return found


def best_of(found: list[Searched]) -> Searched | None:
    """The search that found the best value on validation; None if no trial is complete."""
    complete = [search for search in found if search.best is not None]
    return max(complete, key=lambda search: search.value, default=None)


def best_in_other_form(found: list[Searched], best: Searched) -> Searched | None:
    """The best search of the other form of the space; None if no trial of it is complete."""
    return best_of([search for search in found if search.form != best.form])


def search_rows(found: list[Searched]) -> list[Row]:
    """Each sampler's best value, and by how much it is above random search's, over repetitions."""
    rows = []
    for form, sampler in dict.fromkeys((search.form, search.sampler) for search in found):
        pairs = _beside_random(found, form, sampler)
        name = f"{sampler} search, {form} scales"
        rows.append(Row(f"{name}: best on validation", (_mean([a.value for a, _ in pairs]), None)))
        if sampler != BASELINE and all(random is not None for _, random in pairs):
            gains = [a.value - random.value for a, random in pairs if random is not None]
            rows.append(Row(f"{name}: above random search", (_mean(gains), None)))
    return rows


def verdict(found: list[Searched]) -> str:
    """Whether a model-based search found more than random search, in one sentence."""
    better = [
        (one.value > random.value, one.reaches(random.value), random.seconds)
        for one in found
        if one.sampler != BASELINE
        for random in [_random_of(found, one)]
        if random is not None
    ]
    if not better:
        return "No search is compared with random search yet."
    sooner = sum(at is not None and at < took / 2 for _, at, took in better)
    return (
        f"Of {len(better)} model-based searches {sum(more for more, _, _ in better)} found a better"
        f" configuration than random search of the same form and repetition, and {sooner} reached"
        " random search's best in less than half its seconds of training."
    )


def _beside_random(
    found: list[Searched], form: str, sampler: str
) -> list[tuple[Searched, Searched | None]]:
    own = [search for search in found if (search.form, search.sampler) == (form, sampler)]
    return [(search, _random_of(found, search)) for search in own]


def _random_of(found: list[Searched], search: Searched) -> Searched | None:
    wanted = (search.form, BASELINE, search.repetition)
    return next((s for s in found if (s.form, s.sampler, s.repetition) == wanted), None)


def _mean(values: list[float]) -> Measured:
    return over_seeds([Measured(value) for value in values])


def _defined(
    study: StudyConfig,
    name: str,
    sampler: SamplerConfig,
    repetition: int,
    settings: Settings,
    context: Context,
) -> StudyConfig:
    rule = PRUNERS.get(sampler.name, study.pruner.name)
    changes = {
        "name": name,
        "sampler": sampler,
        "pruner": study.pruner.model_copy(update={"name": rule}),
        "seed": repetition,
        "trials": settings.trials,
        "dataset": context.collection.name,
    }
    return study.model_copy(update=changes)


def _search(config: StudyConfig, folder: Path, context: Context) -> list[FrozenTrial]:
    workspace = Workspace.of(config.name, folder)
    study = open_study(config, open_storage(workspace.storage, create=True))
    keep_fingerprint(study, context.collection)
    there = {TrialRecord.of(t).enqueued for t in study.get_trials(deepcopy=False)}
    for number, run in enumerate(starts(config)):
        start = f"start {number}"
        if start not in there:
            params = nearest(config, run)
            study.enqueue_trial(params, user_attrs=TrialRecord(enqueued=start).attributes())
    trials = study.get_trials(deepcopy=False)
    if reached_limit(trials, config) is None or counts(trials).running:
        # Relative: the folder may be moved, and to another machine, between two runs.
        stores = Stores(str(workspace.checkpoints), str(workspace.artifacts))
        for place in (stores.checkpoints, stores.artifacts):
            open_store(place)
        stores.save(study)
        machine, data = context.machine, context.collection
        search_here(study, config, data, machine, workspace, stores, alone=True)
    return study.get_trials(deepcopy=False)


def _read(form: str, config: StudyConfig, repetition: int, trials: list[FrozenTrial]) -> Searched:
    ended = [trial for trial in trials if trial.datetime_complete is not None]
    ended.sort(key=lambda trial: str(trial.datetime_complete))
    complete = {trial.number for trial in trained(trials)}
    now, best, found = 0.0, None, list[tuple[float, float]]()
    for trial in ended:
        now += seconds([trial])
        if trial.number in complete and (not found or trial.values[0] > found[-1][1]):
            found.append((now, trial.values[0]))
            best = trial
    number = counts(trials)
    own = [trial for trial in ended if TrialRecord.of(trial).parameters is not None]
    return Searched(
        form=form,
        sampler=config.sampler.name,
        repetition=repetition,
        best=None if best is None else trial_config(config, best),
        found=found,
        seconds=now,
        counts={
            "complete": number.complete,
            "pruned": number.pruned,
            "failed": number.failed,
            "infeasible": number.infeasible,
        },
        shrinking=[_shrinking(trial_config(config, trial)) for trial in own],
    )


def _shrinking(run: RunConfig) -> float:
    """The largest part of a weight that L2 takes in a step, over the layers."""
    train = run.train
    return max(2 * train.learning_rate * layer.learning_rate * layer.l2 for layer in train.layers)
