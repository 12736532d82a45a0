"""The search: trials until the budget is spent, by one worker or many, through interruptions."""

from __future__ import annotations

import gc
import logging
import traceback
from collections.abc import Sequence

import optuna
import torch
from optuna.exceptions import UpdateFinishedTrialError
from optuna.trial import FrozenTrial, TrialState

from data.errors import WorkFailed
from hpo.dashboard.study_page import refresh_after
from hpo.runtime.interrupts import held_back, pause
from hpo.runtime.process_identity import is_gone, this_process
from hpo.search.claims import TrialLost, give_back, release, still_mine, take_trial
from hpo.search.dead_workers import take_over
from hpo.search.heartbeat import Heart
from hpo.search.objective import Objective
from hpo.storage.database import STORAGE_ERRORS
from hpo.study.pruners import make_pruner
from hpo.study.samplers import make_sampler
from hpo.trials.attributes import TrialRecord
from hpo.trials.budget import reached_limit

SAME_FAILURES = 3
"""Number of trials in a row failing with one kind of exception, after which the search stops."""
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
"""Seconds between two looks for work, while other workers have all trials that are left."""

log = logging.getLogger(__name__)


def search(study: optuna.Study, objective: Objective) -> None:
    """Runs trials until the study's budget is spent and no other worker runs one.

    A trial that raises an exception fails, and the search goes on. After an interrupt the running
    trial waits in the storage, and its checkpoint in the store, for whoever searches next. If this
    worker is killed, another one goes on with its trial.

    Args:
        study: the study in its storage.
        objective: its definition, and what trains a trial.

    Raises:
        KeyboardInterrupt: an interrupt came; the running trial was given back.
        WorkFailed: several trials in a row failed with one kind of exception.
    """
    config, progress = objective.config, objective.progress
    study.pruner = make_pruner(config)
    with held_back():
        trials = study.get_trials(deepcopy=False)
        # No trial runs here yet: those under this process's name are left from an earlier search.
        me = this_process()
        release(study, [trial for trial in trials if TrialRecord.of(trial).worker == me])
        before = {trial.number for trial in trials if trial.state.is_finished()}
    pauses = FIRST_PAUSE
    with Heart(study, config) as heart:
        while True:
            with held_back():
                trials = _after_deaths(study, objective)
                _check_failures([t for t in trials if t.number not in before])
                limit = reached_limit(trials, config)
                trial = take_trial(study, config, trials, new=limit is None)
                if trial is None:
                    if limit and not any(t.state is TrialState.RUNNING for t in trials):
                        progress.ended(limit)
                        return
                    pause(pauses)
                    pauses = min(2 * pauses, LONGEST_PAUSE)
                    continue
                pauses = FIRST_PAUSE
                study.sampler = make_sampler(config, trial.number)
                heart.trial = trial
                try:
                    finished = _conclude(study, trial, objective)
                except KeyboardInterrupt:
                    give_back(study, trial)
                    raise
                except (TrialLost, UpdateFinishedTrialError):
                    log.warning("trial %d: another worker has it now", trial.number)
                    continue
                finally:
                    heart.trial = None
                objective.checkpoints.drop(trial)
                progress.trial_finished(finished)
                if objective.artifacts is not None:
                    refresh_after(study, config, finished)


def _conclude(study: optuna.Study, trial: optuna.Trial, objective: Objective) -> FrozenTrial:
    """Runs a trial, and tells the study its value or how it ended.

    Raises:
        TrialLost: another worker has it now.
    """
    try:
        value = objective(trial)
    except optuna.TrialPruned:
        still_mine(trial)
        return study.tell(trial, state=TrialState.PRUNED)
    except (TrialLost, UpdateFinishedTrialError):
        raise
    except STORAGE_ERRORS:
        raise
    except Exception as error:
        TrialRecord(error=traceback.format_exc(), failure=type(error).__name__).save(trial)
        still_mine(trial)
        failed = study.tell(trial, state=TrialState.FAIL)
    else:
        still_mine(trial)
        return study.tell(trial, value)
    # Here, not in the handler: the traceback still held the trial's tensors on the GPU there.
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    return failed


def _after_deaths(study: optuna.Study, objective: Objective) -> list[FrozenTrial]:
    """All trials of the study, after those of this machine's dead processes were taken over."""
    trials = study.get_trials(deepcopy=False)
    dead = [
        trial
        for trial in trials
        if trial.state is TrialState.RUNNING and is_gone(TrialRecord.of(trial).worker)
    ]
    for trial in dead:
        take_over(study, trial, objective.config)
    return study.get_trials(deepcopy=False) if dead else trials


def _check_failures(trials: Sequence[FrozenTrial]) -> None:
    """Checks that trials do not keep failing, by whatever worker.

    Raises:
        WorkFailed: the last SAME_FAILURES trials to end failed with one kind of exception.
    """
    ended = [trial for trial in trials if trial.datetime_complete is not None]
    last = sorted(ended, key=lambda trial: trial.datetime_complete or 0)[-SAME_FAILURES:]
    failed = [TrialRecord.of(trial) for trial in last if trial.state is TrialState.FAIL]
    causes = [record.failure for record in failed]
    if len(causes) == SAME_FAILURES and len(set(causes)) == 1:
        reason = (failed[-1].error or "").strip().splitlines()
        raise WorkFailed(
            f"{SAME_FAILURES} trials in a row failed; the last with"
            f" {reason[-1] if reason else causes[-1]}"
        )
