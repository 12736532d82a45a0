"""After the search: finalists retrained, the winner chosen on validation and tested once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import optuna
from optuna.trial import FrozenTrial

from data.collection import Collection
from data.errors import WorkFailed
from hpo.console.progress import Progress
from hpo.dashboard.study_page import refresh
from hpo.database.urls import without_password
from hpo.finish.calibrate import calibrate_if_possible
from hpo.finish.finisher import Finisher, FinishLost
from hpo.finish.held_out import one_shot_test
from hpo.finish.retrain import clear_another, over_seeds, single_seed_in
from hpo.finish.retrain_task import RetrainTask, retrain_all
from hpo.runtime.files import copy_file, read_json, write_text
from hpo.runtime.literal_text import say
from hpo.runtime.provenance import commit, computer, versions
from hpo.search.given_networks import keep_given_networks
from hpo.storage.convergence import convergence, with_trials_to_be_done
from hpo.storage.stored_results import publish
from hpo.storage.studies import EXTRA, WARM_START
from hpo.storage.workspace import Workspace
from hpo.study.accuracies import OneShotTestOverSeeds
from hpo.study.definition import StudyConfig
from hpo.study.given_pictures import in_document
from hpo.study.results import Budget, Finalist, SearchTrial, Seconds, StudyResults, Winner
from hpo.trials.attributes import TrialRecord
from hpo.trials.budget import counts, seconds
from hpo.trials.configuration import foreign_trials, passed_over, trial_config
from hpo.trials.forecast import Forecast, Standing, forecast
from hpo.trials.outcome import accuracy_of
from hpo.trials.ranking import finalists, front
from hpo.trials.table import trials_csv
from hpo.workers.machine import Machine
from model.config import RunConfig
from model.device import device_name, resolve_device
from model.network.weights import load_network

NOTE_EVERY = 30.0
"""Seconds after which the dashboard's note is written anew while the best are retrained."""
ENDED = ("complete", "pruned", "failed", "infeasible")


def finish(
    study: optuna.Study,
    config: StudyConfig,
    collection: Collection,
    machine: Machine,
    workspace: Workspace,
    finisher: Finisher | None = None,
    store: str | None = None,
) -> StudyResults:
    """Retrains the best trials with fresh seeds, names a winner, and tests it.

    The best of many noisy trials looks better than it is: the winner is who has the best mean
    validation accuracy over the fresh seeds. Its networks, one a seed, are tested on the held-out
    alphabets once; which is best is chosen on validation. A retraining that diverges counts as an
    accuracy of 0, and has no network.

    Leaves in the workspace the winner's weights and configuration, when it answers `unknown`, every
    retrained network, all trials as a table, and last of all the results. Goes on from what an
    interruption left there.

    Args:
        study: the searched study in its storage.
        config: its definition.
        collection: the data set.
        machine: workers of this machine.
        workspace: where everything is left.
        finisher: this process's claim, where several may finish the study: it is asked before the
            test, and the results are stored with the study.
        store: store that other machines share, for the weights; None if there is none.

    Raises:
        InputError: a network that trainings are given is another than at the study's beginning.
        WorkFailed: the search completed no trial, or every retraining diverged.
        FinishLost, SearchGoesOn: the test is not for this process, or not yet; see `Finisher`.
    """
    trials = study.get_trials(deepcopy=False)
    if foreign := foreign_trials(trials, config):
        say(f"{config.name}: {passed_over([trial.number for trial in foreign])}")
    chosen = finalists(study, config)
    if not chosen:
        raise WorkFailed(f"study {config.name}: no trial was completed, so there is no winner")
    searched = {seed for trial in trials if (seed := TrialRecord.of(trial).seed) is not None}
    tasks = {
        trial.number: [
            _task(config, trial, seed, machine, workspace)
            for seed in fresh_seeds(config.seed, trial.number, config.finish.seeds, searched)
        ]
        for trial in chosen
    }
    every = [task for of_trial in tasks.values() for task in of_trial]
    keep_given_networks(study, config)
    for task in every:
        clear_another(task.config, collection, task.folder)
    before = forecast(trials, with_trials_to_be_done(study, trials, config), machine.workers)
    tell = _teller(study, config, finisher)
    retrain_all(every, machine, collection, workspace.logs, "retraining", before, tell)
    keep_given_networks(study, config)  # none was changed meanwhile
    retrained = {
        number: [single_seed_in(task.folder) for task in of_trial]
        for number, of_trial in tasks.items()
    }
    validation = {
        number: over_seeds(tasks[number][0].config, of_trial)
        for number, of_trial in retrained.items()
    }
    usable = [t for t in chosen if not all(task.diverged for task in tasks[t.number])]
    if not usable:
        raise WorkFailed(
            f"study {config.name}: the loss of every retraining is not finite, so there is no"
            " winner; lower learning rates may help"
        )
    winner = max(usable, key=lambda trial: validation[trial.number].one_shot_accuracy)
    of_winner = [
        (result, task.folder)
        for result, task in zip(retrained[winner.number], tasks[winner.number], strict=True)
        if not task.diverged
    ]
    folders = [folder for _, folder in of_winner]
    best = max((result for result, _ in of_winner), key=lambda result: result.accuracy)
    place = [result for result, _ in of_winner].index(best)
    workspace.rejection.unlink(missing_ok=True)  # an older network's
    copy_file(folders[place].weights, workspace.weights)
    copy_file(folders[place].config, workspace.config)
    _keep_each(tasks, workspace)
    start, device = time.perf_counter(), resolve_device(machine.device)
    calibrate_if_possible(workspace, collection, device)
    if finisher is not None:
        finisher.may_test()
    networks = [load_network(folder.weights) for folder in folders]
    with Progress("test", len(networks)) as progress:
        if before is not None:
            left = before.model_copy(update={"search": 0.0, "retraining": 0.0})
            progress.stands(Standing(done=0, total=len(networks), forecast=left))
        tests = []
        for network, _ in networks:
            tests.append(one_shot_test(network.to(device), collection, device))
            progress.finished(f"trial {winner.number} on the test alphabets")
    tested = time.perf_counter() - start
    trained = networks[place][1].model_dump(mode="json")
    extra = study.user_attrs.get(EXTRA)
    known = in_document(read_json(folders[place].results) or {})
    given: dict[str, Any] = {"given_pictures": known} if known else {}
    results = StudyResults(
        study=config.name,
        dataset=collection.name,
        fingerprint=collection.fingerprint,
        **({} if extra is None else {"extra_fingerprint": extra}),
        **given,
        way=collection.way,
        definition=config.unchangeable(),
        budget=Budget(trials=config.trials, timeout=config.timeout),
        trials={
            state: number for state, number in asdict(counts(trials)).items() if state in ENDED
        },
        warm_start=study.user_attrs.get(WARM_START) or None,
        best=SearchTrial(**_named(chosen[0])),
        winner=Winner(**_named(winner), seed=best.seed, config=RunConfig.model_validate(trained)),
        validation=validation[winner.number],
        test=tests[place],
        test_over_seeds=OneShotTestOverSeeds.of(tests) if len(tests) > 1 else None,
        finalists=[
            Finalist(
                **_named(trial),
                validation=validation[trial.number],
                seeds=retrained[trial.number],
            )
            for trial in chosen
        ],
        seconds=Seconds(
            search=seconds(trials),
            finish=tested
            + sum(result.seconds for of_trial in retrained.values() for result in of_trial),
        ),
        storage=without_password(workspace.storage),
        workers=machine.workers,
        versions=versions(),
        commit=commit(),
        computer=computer(),
        device=device_name(device),
        converged=convergence(study, config),
        front=front(study, config),
    )
    if finisher is not None:
        # Before its file, which says that there is nothing left to do.
        finisher.still_mine()
        if not publish(study, results, workspace, store):
            raise FinishLost
    write_text(workspace.trials, trials_csv(study))
    results.write(workspace.results)
    return results


def _keep_each(tasks: Mapping[int, Sequence[RetrainTask]], workspace: Workspace) -> None:
    """Keeps every retrained network, where there are several, for `combine`."""
    workspace.remove_networks()  # of earlier finalists
    every = [
        (number, task)
        for number, of_trial in tasks.items()
        for task in of_trial
        if not task.diverged
    ]
    if len(every) > 1:
        for number, task in every:
            kept = workspace.one_of_several(task.config.train.seed, number)
            task.folder.copy_to(kept)


def _teller(
    study: optuna.Study, config: StudyConfig, finisher: Finisher | None
) -> Callable[[Forecast], None]:
    """Tells others what is left: those who ask for the status, and now and then the dashboard."""
    last = time.monotonic()

    def tell(left: Forecast) -> None:
        nonlocal last
        if finisher is not None:
            finisher.tell(left)
        if time.monotonic() - last >= NOTE_EVERY:
            last = time.monotonic()
            refresh(study, config, plots=False, left=left)

    return tell


def fresh_seeds(seed: int, number: int, count: int, used: Iterable[int]) -> list[int]:
    """Seeds to retrain trial `number` with, none of them in `used`."""
    stream = np.random.default_rng((seed, number))
    drawn: list[int] = []
    taken = set(used)
    while len(drawn) < count:
        candidate = int(stream.integers(2**31))
        if candidate not in taken:
            drawn.append(candidate)
            taken.add(candidate)
    return drawn


def _task(
    config: StudyConfig,
    trial: FrozenTrial,
    seed: int,
    machine: Machine,
    workspace: Workspace,
) -> RetrainTask:
    run = trial_config(config, trial)
    change = {"epochs": config.finish.epochs or run.train.epochs, "seed": seed}
    return RetrainTask(
        config=run.model_copy(update={"train": run.train.model_copy(update=change)}),
        title=f"trial {trial.number}, ",
        folder=workspace.retrained(trial.number, seed),
        dataset=config.dataset,
        device=machine.device,
        data_root=machine.data_root,
    )


def _named(trial: FrozenTrial) -> dict[str, Any]:
    return {"number": trial.number, "value": accuracy_of(trial), "params": trial.params}
