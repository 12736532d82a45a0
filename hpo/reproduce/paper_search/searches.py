"""Samplers beside random search in the paper's space, each with the same budget of trials."""

from __future__ import annotations

from itertools import product
from pathlib import Path

from optuna.trial import FrozenTrial

from hpo.database.enqueue_once import enqueue_once
from hpo.database.opening import open_storage
from hpo.reproduce.context import Context
from hpo.reproduce.paper_search.searched import Searched, read_search
from hpo.reproduce.paper_search.settings import PRUNERS, Settings, starts
from hpo.run.search_task import search_here
from hpo.runtime.literal_text import say
from hpo.storage.artifacts import open_store
from hpo.storage.studies import Stores, keep_fingerprint, open_study
from hpo.storage.workspace import Workspace
from hpo.study.definition import SamplerConfig, StudyConfig
from hpo.study.transfer import nearest
from hpo.trials.attributes import TrialRecord
from hpo.trials.budget import counts, reached_limit


def searches(context: Context, settings: Settings) -> list[Searched]:
    """Runs every search; those that are done are read. Each begins with the starts of a person.

    Random search has the same starts, number of trials and, but for `additive`, the same pruner as
    the others. It comes first, then one sampler after the other: each can be compared with it
    before the next has begun.
    """
    found = []
    everything = list(
        product(settings.samplers, range(settings.repetitions), settings.studies.items())
    )
    for number, (sampler, repetition, (form, study)) in enumerate(everything, start=1):
        name = f"{study.name}-{sampler.name}-{repetition}"
        config = _defined(study, name, sampler, repetition, settings, context)
        place = f"{number} of {len(everything)}"
        trials = _search(config, place, context.folder / "searches" / name, context)
        found.append(read_search(form, config, repetition, trials))
    return found


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


def _search(config: StudyConfig, place: str, folder: Path, context: Context) -> list[FrozenTrial]:
    workspace = Workspace.of(config.name, folder)
    study = open_study(
        config,
        open_storage(workspace.storage, create=True),
        lambda study: keep_fingerprint(study, context.collection),
    )
    for number, run in enumerate(starts(config)):
        start = f"start {number}"
        enqueue_once(study, start, nearest(config, run), TrialRecord(enqueued=start))
    trials = study.get_trials(deepcopy=False)
    if reached_limit(trials, config) is None or counts(trials).running:
        say(f"search {place}: {config.name}")  # what is shown of it knows of no other
        # Relative: the folder may be moved, and to another machine, between two runs.
        stores = Stores(str(workspace.checkpoints), str(workspace.artifacts))
        for place in (stores.checkpoints, stores.artifacts):
            open_store(place)
        stores.save(study)
        machine, data = context.machine, context.collection
        search_here(study, config, data, machine, workspace, stores, alone=True)
    return study.get_trials(deepcopy=False)
