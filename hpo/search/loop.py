"""The search: trials until the budget is spent, by one worker or many, through interruptions."""

from __future__ import annotations

import gc
import logging
import traceback
from collections.abc import Sequence
from contextlib import suppress

import optuna
import torch
from optuna.exceptions import UpdateFinishedTrialError
from optuna.trial import FrozenTrial, TrialState

from data.errors import WorkFailed
from data.full_disk import NoRoom, no_room
from hpo.dashboard.study_page import refresh_after
from hpo.database.opening import STORAGE_ERRORS
from hpo.database.optuna_private import stored
from hpo.runtime.interrupts import held_back, pause
from hpo.runtime.memory_kills import about_memory
from hpo.runtime.process_identity import is_gone, stay_known, this_process
from hpo.search.claims import TrialLost, give_back, release_mine, still_mine, take_trial
from hpo.search.dead_workers import deaths_in_a_row, release_or_fail
from hpo.search.failures import Failures
from hpo.search.given_networks import keep_given_networks
from hpo.search.heartbeat import Heart
from hpo.search.objective import Objective
from hpo.storage.begun_anew import check_not_begun_anew
from hpo.storage.convergence import end_of_search, look_for_convergence, with_trials_to_be_done
from hpo.storage.store_patience import StoreFailed
from hpo.storage.studies import as_stored, files_begin_with
from hpo.study.definition import StudyConfig
from hpo.study.pruners import make_pruner
from hpo.study.samplers import make_sampler
from hpo.trials.attributes import TrialRecord
from hpo.trials.budget import next_in_lockstep
from hpo.trials.forecast import Standing
from hpo.trials.outcome import state_of

IN_A_ROW = 5
"""Number of deaths of workers, with no epoch done in between, after which the search stops."""
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
"""Seconds between two looks for work, while other workers have all trials that are left."""
IN_LOCKSTEP = 0.5
"""Seconds between two looks at most, while a trial waits for others to end."""

log = logging.getLogger(__name__)


def search(study: optuna.Study, objective: Objective) -> None:
    """Runs trials until the budget is spent or the study converges, and no other worker runs one.

    A trial that raises an exception fails, and the search goes on. After an interrupt the running
    trial waits in the storage, and its checkpoint in the store, for whoever searches next. If this
    worker is killed, another one goes on with its trial.

    Args:
        study: the study in its storage.
        objective: its definition, and what trains a trial.

    Raises:
        KeyboardInterrupt: an interrupt came; the running trial was given back.
        InputError: a network that trainings are given is another than at the study's beginning.
        WorkFailed: several trials in a row failed with one kind of exception, or workers died in a
            row with no epoch done in between.
        StoreFailed: the store of checkpoints cannot be used; the running trial was given back.
        NoRoom: a disk takes nothing more; the running trial was given back, or is taken over as
            if this worker had died.
        NotThere: the study was deleted, even if one of its name was begun since.
    """
    config, progress = objective.config, objective.progress
    study.pruner = make_pruner(config)
    stay_known()
    with held_back():
        drawn = files_begin_with(study)
        trials = study.get_trials(deepcopy=False)
        failures = Failures(trials)
        # Deaths before this process count, for each may have ended the process before this one;
        # but every IN_A_ROW of them stop one command, and the next one goes on.
        too_many = (deaths_in_a_row(trials) // IN_A_ROW + 1) * IN_A_ROW
    pauses, waited = FIRST_PAUSE, None
    with Heart(study, config) as heart:
        while True:
            with held_back():
                check_not_begun_anew(study, drawn)
                trials = _after_deaths(study, objective)
                _check_deaths(trials, too_many)
                failures.look(trials)
                # Another `run` of the study may have raised its budget.
                config = as_stored(study, config)
                keep_given_networks(study, config)  # each training reads them anew
                look_for_convergence(study, trials, config)
                limit = end_of_search(study, trials, config)
                trial = take_trial(study, config, trials, new=limit is None)
                if trial is None:
                    if limit and not any(t.state is TrialState.RUNNING for t in trials):
                        progress.ended(limit)
                        return
                    waited = _say_what_is_waited_for(trials, config, waited)
                    pause(pauses)
                    pauses = min(2 * pauses, LONGEST_PAUSE if waited is None else IN_LOCKSTEP)
                    continue
                pauses, waited = FIRST_PAUSE, None
                study.sampler = make_sampler(config, trial.number)
                heart.trial = trial
                try:
                    finished = _conclude(study, trial, objective)
                except (KeyboardInterrupt, StoreFailed, NoRoom):
                    with suppress(NoRoom):  # the database may be on the disk that is full
                        give_back(study, trial)
                    raise
                except (TrialLost, UpdateFinishedTrialError):
                    _pass_over(study, trial, objective)
                    continue
                finally:
                    heart.trial = None
                objective.checkpoints.drop(trial)
                trials = study.get_trials(deepcopy=False)
                foretold = with_trials_to_be_done(study, trials, config)
                progress.stands(Standing.of(trials, foretold, this_process()))
                progress.trial_finished(finished)
                if objective.artifacts is not None:
                    refresh_after(study, config, finished)


def _conclude(study: optuna.Study, trial: optuna.Trial, objective: Objective) -> FrozenTrial:
    """Runs a trial, and tells the study its value or how it ended.

    Raises:
        TrialLost: another worker has it now, or another program has ended it.
        UpdateFinishedTrialError: another worker, or another program, has ended it.
        NoRoom: a disk takes nothing more, which is no failure of the trial.
    """
    try:
        values = objective(trial)
    except optuna.TrialPruned:
        return _tell(study, trial, state=TrialState.PRUNED)
    except (TrialLost, UpdateFinishedTrialError):
        raise
    except StoreFailed:
        raise
    except STORAGE_ERRORS:
        raise
    except Exception as error:
        if (full := no_room(error)) is not None:
            raise full from error
        still_mine(trial)  # else the error would be put down to another's training
        TrialRecord(error=traceback.format_exc(), failure=type(error).__name__).save(trial)
        failed = _tell(study, trial, state=TrialState.FAIL)
    else:
        return _tell(study, trial, values)
    # Here, not in the handler: the traceback still held the trial's tensors on the GPU there.
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    return failed


def _tell(
    study: optuna.Study,
    trial: optuna.Trial,
    values: list[float] | None = None,
    state: TrialState | None = None,
) -> FrozenTrial:
    """Tells the study how a trial ended, if it still runs and is this worker's.

    Raises:
        TrialLost: it is not, whatever has become of it.
    """
    still_mine(trial)
    try:
        return study.tell(trial, values, state)
    except ValueError:  # Optuna's, for a trial that does not run
        if stored(study, trial).state is TrialState.RUNNING:
            raise
        raise TrialLost from None


def _pass_over(study: optuna.Study, trial: optuna.Trial, objective: Objective) -> None:
    """Says in the log what has become of a trial that this worker lost."""
    now = stored(study, trial)
    if now.state.is_finished():
        log.warning("trial %d was ended elsewhere: %s", trial.number, state_of(now))
        objective.checkpoints.drop(trial)
    else:
        log.warning("trial %d: another worker has it now", trial.number)


def _say_what_is_waited_for(
    trials: Sequence[FrozenTrial], config: StudyConfig, said: int | None
) -> int | None:
    """Logs once which trial must end before this worker can begin another; returns its number."""
    step = next_in_lockstep(trials, config)
    if step is None:
        return None
    if step.until != said:
        log.info("%s", step.in_words())
    return step.until


def _after_deaths(study: optuna.Study, objective: Objective) -> list[FrozenTrial]:
    """The study's trials, once those that nobody runs wait again.

    They are those of dead processes of this machine, and those of this process, which runs none
    at this moment: it may have one of which it was not told, for the database was away.
    """
    trials = study.get_trials(deepcopy=False)
    released = release_mine(study, trials)
    dead = [
        trial
        for trial in trials
        if trial.state is TrialState.RUNNING and is_gone(TrialRecord.of(trial).worker)
    ]
    for trial in dead:
        release_or_fail(study, trial, objective.config)
    return study.get_trials(deepcopy=False) if dead or released else trials


def _check_deaths(trials: Sequence[FrozenTrial], too_many: int) -> None:
    """Checks that workers do not keep dying, whichever trial they run.

    Raises:
        WorkFailed: this number of deaths in a row is reached.
    """
    if (deaths := deaths_in_a_row(trials)) >= too_many:
        raise WorkFailed(
            f"workers died {deaths} times in a row with no epoch done in between;"
            f" {about_memory(0, 'since its start')}; the same command goes on"
        )
