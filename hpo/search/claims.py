"""Claims on trials: taking one, giving it back, and noticing that another worker has it now.

A running trial carries its worker's name. A worker may be thought dead while it sleeps or is cut
off; when it comes back it finds another worker's name there, and lets the trial go. Optuna numbers,
queues and locks the trials. What it does not offer is here: a running trial that waits again, with
its number, its parameters and what it reported.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

import optuna
from optuna.trial import FrozenTrial, TrialState

from hpo.database.claim import set_running
from hpo.database.optuna_database import NoPlace, numbered_below
from hpo.database.optuna_private import new_trial, stored, taken_up
from hpo.database.requeue import set_waiting
from hpo.runtime.process_identity import this_process
from hpo.storage.convergence import ends_before
from hpo.study.definition import StudyConfig
from hpo.trials.attributes import TrialRecord
from hpo.trials.budget import is_begun, may_start, places, waits_for

log = logging.getLogger(__name__)


class TrialLost(Exception):  # noqa: N818 - nobody's fault
    """The trial is lost to another worker, which has taken it over or finished it."""


def take_trial(
    study: optuna.Study, config: StudyConfig, trials: Sequence[FrozenTrial], new: bool = True
) -> optuna.Trial | None:
    """Takes a waiting trial or a new one, which then runs under this process's name.

    Args:
        study: the study in its storage.
        config: its definition.
        trials: all trials of the study, read just now.
        new: whether to take trials that no worker has begun.

    Returns:
        The trial; None if there is none to take, the budget has no place for it, or others must end
        before it.
    """
    for trial in trials:
        begun = is_begun(trial)
        if trial.state is not TrialState.WAITING or not (new or begun):
            continue
        if not _may_begin(trial.number, trials, config, begun):
            continue
        if set_running(study, trial, this_process()):
            return taken_up(study, trial)
    if not new or not _may_begin(len(trials), trials, config):
        return None
    # Others may make trials meanwhile, of which each takes one place.
    below = len(trials) + (1 if config.lockstep else places(trials, config))
    template = optuna.create_trial(state=TrialState.RUNNING, user_attrs=_mine().attributes())
    try:
        taken = new_trial(study, numbered_below(template, below))
    except NoPlace:
        return None
    if TrialRecord.of(taken).worker != this_process():
        return None  # made long ago, and taken over while its database's answer was waited for
    if taken.number >= below:  # a storage that is not this project's makes it all the same
        set_waiting(study, taken, this_process())
        return None
    return taken


def _may_begin(
    number: int, trials: Sequence[FrozenTrial], config: StudyConfig, begun: bool = False
) -> bool:
    """Whether the budget has a place for the trial, and it need not wait for others to end.

    In lockstep one that no worker has begun may be behind the search's end, too.
    """
    return (
        may_start(number, trials, config)
        and waits_for(number, trials, config) is None
        and (begun or not ends_before(number, trials, config))
    )


def give_back(study: optuna.Study, trial: optuna.Trial) -> None:
    """Sets this process's running trial waiting; does nothing if another process has it."""
    set_waiting(study, trial, this_process())


def still_mine(trial: optuna.Trial) -> None:
    """Checks that the running trial is still this process's.

    Raises:
        TrialLost: another process has it now.
    """
    if TrialRecord.of(stored(trial.study, trial)).worker != this_process():
        raise TrialLost


def release_mine(study: optuna.Study, trials: Sequence[FrozenTrial]) -> bool:
    """Sets waiting those of these trials that run under the name of this process, which runs none.

    Returns:
        Whether there were any.
    """
    mine = [
        trial
        for trial in trials
        if trial.state is TrialState.RUNNING and TrialRecord.of(trial).worker == this_process()
    ]
    for trial in mine:
        log.warning(
            "trial %d runs in this worker's name, but not here; it waits again", trial.number
        )
        set_waiting(study, trial, this_process())
    return bool(mine)


def _mine() -> TrialRecord:
    return TrialRecord(worker=this_process())
