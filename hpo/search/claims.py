"""Who works on a trial: taking one, giving it back, and noticing that another has it now.

A running trial carries its worker's name. A worker that was thought dead and is not, for it slept
or the network was cut, finds another's name there and lets the trial go. Optuna numbers, queues
and locks the trials; what is added here is what it does not offer: a running trial that waits
again, with its number, its parameters and what it reported.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import optuna
from optuna.exceptions import UpdateFinishedTrialError
from optuna.trial import FrozenTrial, TrialState

from hpo.runtime.process_identity import this_process
from hpo.storage.optuna_private import (
    new_trial,
    set_state,
    storage_of,
    stored,
    taken_up,
    trial_id,
)
from hpo.storage.requeue import set_waiting
from hpo.study.definition import StudyConfig
from hpo.trials.attributes import TrialRecord
from hpo.trials.budget import may_start


class TrialLost(Exception):  # noqa: N818 - nobody's fault
    """Another worker has taken the trial over, or finished it."""


def take_trial(
    study: optuna.Study, config: StudyConfig, trials: Sequence[FrozenTrial], new: bool = True
) -> optuna.Trial | None:
    """A waiting trial or a new one, now running as this process's; None where no place is left.

    Args:
        trials: the study's, read just now.
        new: whether a trial may be one that nobody has begun.
    """
    for trial in trials:
        waits = trial.state is TrialState.WAITING and (
            new or TrialRecord.of(trial).seed is not None
        )
        if waits and may_start(trial.number, trials, config) and _claim(study, trial):
            return taken_up(study, trial)
    if not new or not may_start(len(trials), trials, config):
        return None
    template = optuna.create_trial(state=TrialState.RUNNING, user_attrs=_mine().attributes())
    taken = new_trial(study, template)
    # Where it is the next after those read, what was found of them holds: a place that one of them
    # reserved may be freed, not taken twice. Else others made theirs at the same moment.
    if taken.number == len(trials) or may_start(
        taken.number, study.get_trials(deepcopy=False), config
    ):
        return taken
    set_waiting(study, taken, this_process())
    return None


def give_back(study: optuna.Study, trial: optuna.Trial) -> None:
    """The running trial waits again, unless it is this process's no more."""
    set_waiting(study, trial, this_process())


def still_mine(trial: optuna.Trial) -> None:
    """Makes sure that the running trial is still this process's.

    Raises:
        TrialLost: another process has it now.
    """
    if TrialRecord.of(stored(trial.study, trial)).worker != this_process():
        raise TrialLost


def release(study: optuna.Study, trials: Sequence[FrozenTrial]) -> None:
    """Sets waiting those of these trials that are running under this process's name."""
    for trial in trials:
        if trial.state is TrialState.RUNNING:
            set_waiting(study, trial, this_process())


def _claim(study: optuna.Study, trial: FrozenTrial) -> bool:
    with suppress(UpdateFinishedTrialError):
        if set_state(study, trial, TrialState.RUNNING):
            _mine().save_to(storage_of(study), trial_id(trial))
            return True
    return False


def _mine() -> TrialRecord:
    return TrialRecord(worker=this_process())
