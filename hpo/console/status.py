"""How far a study has come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal

import optuna
from optuna.trial import FrozenTrial, TrialState
from pydantic import BaseModel

from hpo.runtime.process_identity import is_gone, shown
from hpo.storage.convergence import convergence, end_of_search, with_trials_to_be_done
from hpo.storage.finisher_claim import FINISHER, Claim
from hpo.storage.stored_results import results_of
from hpo.storage.workspace import Workspace
from hpo.study.accuracies import OneShotTest, ValidationAccuracy
from hpo.study.convergence import Convergence
from hpo.study.definition import StudyConfig
from hpo.study.objectives import Front
from hpo.study.results import Budget
from hpo.trials.attributes import TrialRecord
from hpo.trials.budget import TrialCounts, counts, next_in_lockstep
from hpo.trials.configuration import foreign_trials
from hpo.trials.forecast import Forecast, forecast
from hpo.trials.outcome import accuracy_of, in_words
from hpo.trials.ranking import best_trials, front
from hpo.trials.times import in_order, last_sign

RECENT = 5
"""How many of the trials that ended last are told of."""


class Best(BaseModel):
    """The search's best complete trial."""

    number: int
    value: float


class WinnerStatus(BaseModel):
    """The finished study's winner: its trial, and its accuracies on validation and test."""

    number: int
    validation: ValidationAccuracy
    test: OneShotTest


class Ended(BaseModel):
    """A trial that ended, and how, in words."""

    number: int
    outcome: str


class WorkerStatus(BaseModel):
    """A worker, and the trial that it runs.

    Attributes:
        worker: its machine and process number.
        number: the trial's number.
        epochs: number of its epochs that are done.
        best: best accuracy of these, 0 to 1; None before the first.
        pictures_per_second: speed at which it trains; None until it is told.
        silent: seconds since its last sign of life, or since it took the trial up.
    """

    worker: str
    number: int
    epochs: int
    best: float | None
    pictures_per_second: float | None
    silent: float


class Status(BaseModel):
    """How far a study has come.

    Attributes:
        study: its name.
        dataset: "omniglot", "glyphs" or "folder:PATH".
        state: "running"; "stopped" with trials left to do; "retraining" the best, or interrupted
            in it; "finished", tested too; "searched" where this machine has no more of the study.
        trials: how many there are, by state.
        retried: trials that were taken over from dead workers.
        budget: trials, and seconds of search.
        best: None before any trial is complete.
        front: the search's Pareto front; None if the study has no second objective.
        winner: None before the study is finished.
        converged: why the search ended before its budget was spent; None if it did not.
        left_out: why results in the study's folder are not told of; None if there are no others.
        passed_over: numbers of the trials that another program added with an accuracy.
        recent: the last trials to end.
        workers: one for each running trial.
        waits: what a study in lockstep waits for, in words; None if nothing has to wait.
        part_done: part of the whole that is done, 0 to 1: of search, retraining and test.
        left: seconds left of each of them; None where nobody works on it, or nothing is known yet.
    """

    study: str
    dataset: str
    state: Literal["running", "stopped", "retraining", "finished", "searched"]
    trials: TrialCounts
    retried: int
    budget: Budget
    best: Best | None
    front: Front | None
    winner: WinnerStatus | None
    converged: Convergence | None
    left_out: str | None
    passed_over: list[int]
    recent: list[Ended]
    workers: list[WorkerStatus]
    waits: str | None
    part_done: float
    left: Forecast | None


def status(study: optuna.Study, config: StudyConfig, workspace: Workspace) -> Status:
    """Counts, budget, best trial so far, winner, and the workers.

    Args:
        study: whose trials are told of.
        config: its definition.
        workspace: where its results are once it is finished.
    """
    trials = study.get_trials(deepcopy=False)
    best = best_trials(study, config, 1)
    running = [trial for trial in trials if trial.state is TrialState.RUNNING]
    ended = sorted((trial for trial in trials if trial.state.is_finished()), key=in_order)
    winner, left_out = _winner(study, config, workspace)
    claim = Claim.of(study.user_attrs.get(FINISHER))
    finishes = bool(claim.process) and not is_gone(claim.process)
    converged = convergence(study, config)
    searched = end_of_search(study, trials, config) is not None
    state = _state(trials, searched, workspace, winner is not None, finishes)
    known = (
        claim.forecast
        if finishes
        else forecast(trials, with_trials_to_be_done(study, trials, config))
    )
    return Status(
        study=config.name,
        dataset=config.dataset,
        state=state,
        trials=counts(trials),
        retried=sum(TrialRecord.of(trial).deaths is not None for trial in trials),
        budget=Budget(trials=config.trials, timeout=config.timeout),
        best=Best(number=best[0].number, value=best[0].values[0]) if best else None,
        front=front(study, config),
        winner=winner,
        converged=converged,
        left_out=left_out,
        passed_over=[trial.number for trial in foreign_trials(trials, config)],
        recent=[Ended(number=trial.number, outcome=in_words(trial)) for trial in ended[-RECENT:]],
        workers=[_worker(trial) for trial in running],
        waits=None if (step := next_in_lockstep(trials, config)) is None else step.in_words(),
        part_done=1.0 if state == "finished" else 0.0 if known is None else known.part,
        left=known if running or finishes else None,
    )


def _state(
    trials: Sequence[FrozenTrial],
    searched: bool,
    workspace: Workspace,
    tested: bool,
    finishes: bool,
) -> Literal["running", "stopped", "retraining", "finished", "searched"]:
    if any(trial.state is TrialState.RUNNING for trial in trials):
        return "running"
    if tested:
        return "finished"
    if not searched:
        return "stopped"
    # Where the folder of unfinished work is, `run` can take it up.
    return "retraining" if finishes or workspace.unfinished.is_dir() else "searched"


def _winner(
    study: optuna.Study, config: StudyConfig, workspace: Workspace
) -> tuple[WinnerStatus | None, str | None]:
    """What the results in the study's folder, or else in its storage, say; or why not."""
    results, left_out = results_of(study, config, workspace)
    if results is None:
        return None, left_out
    number, validation, test = results.winner.number, results.validation, results.test
    return WinnerStatus(number=number, validation=validation, test=test), None


def _worker(trial: FrozenTrial) -> WorkerStatus:
    reported, record = trial.intermediate_values, TrialRecord.of(trial)
    since = last_sign(trial)
    assert since is not None
    return WorkerStatus(
        worker=shown(record.worker),
        number=trial.number,
        epochs=len(reported),
        best=accuracy_of(trial),
        pictures_per_second=record.pictures_per_second,
        silent=max(0.0, (datetime.now(UTC) - since).total_seconds()),
    )
