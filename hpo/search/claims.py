"""Who works on a trial: taking one, giving it back, and taking over from workers that died.

A running trial carries its worker's name. A worker that was thought dead and is not, for it slept
or the network was cut, finds another's name there and lets the trial go. Optuna numbers, queues
and locks the trials; what is added here is what it does not offer: a running trial that waits
again, with its number, its parameters and what it reported.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import optuna
from optuna.exceptions import UpdateFinishedTrialError
from optuna.trial import FrozenTrial, TrialState

from hpo.runtime.process_identity import is_gone, this_process
from hpo.storage.requeue import set_waiting
from hpo.study.definition import StudyConfig
from hpo.trials.budget import may_start

HEARTBEAT = 10.0
"""Seconds between two signs of life of a running trial."""
GRACE = 60.0
"""Seconds of silence after which its worker is taken for dead; one on this machine at once."""

log = logging.getLogger(__name__)


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
        waits = trial.state is TrialState.WAITING and (new or "seed" in trial.user_attrs)
        if waits and may_start(trial.number, trials, config) and _claim(study, trial):
            return optuna.Trial(study, trial._trial_id)
    if not new or not may_start(len(trials), trials, config):
        return None
    template = optuna.create_trial(state=TrialState.RUNNING, user_attrs={"worker": this_process()})
    made = study._storage.create_new_trial(study._study_id, template)
    taken = optuna.Trial(study, made)
    # Where it is the next after those read, what was found of them holds: a place that one of them
    # reserved may be freed, not taken twice. Else others made theirs at the same moment.
    if taken.number == len(trials) or may_start(
        taken.number, study.get_trials(deepcopy=False), config
    ):
        return taken
    set_waiting(study._storage, made, this_process())
    return None


def give_back(study: optuna.Study, trial: optuna.Trial) -> None:
    """The running trial waits again, unless it is this process's no more."""
    set_waiting(study._storage, trial._trial_id, this_process())


def still_mine(trial: optuna.Trial) -> None:
    """
    Raises:
        TrialLost: the trial is not this process's any more.
    """
    if trial.storage.get_trial_user_attrs(trial._trial_id).get("worker") != this_process():
        raise TrialLost


def beat(trial: optuna.Trial) -> None:
    """A sign of life."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    with suppress(UpdateFinishedTrialError):
        # Not through the trial: that is the other thread's.
        trial.storage.set_trial_user_attr(trial._trial_id, "heartbeat", now)


def release(study: optuna.Study, trials: Sequence[FrozenTrial]) -> None:
    """What of these trials this process still runs waits again: it has gone on without them."""
    for trial in trials:
        if trial.state is TrialState.RUNNING:
            set_waiting(study._storage, trial._trial_id, this_process())


def take_over(study: optuna.Study, trial: FrozenTrial, config: StudyConfig) -> None:
    """A dead worker's trial waits again; after too many deaths at the same epoch it fails."""
    now = study._storage.get_trial(trial._trial_id)
    worker = trial.user_attrs.get("worker", "")
    if now.state is not TrialState.RUNNING or now.user_attrs.get("worker", "") != worker:
        return  # someone else was faster
    epochs = len(now.intermediate_values)
    deaths = _deaths(now.user_attrs.get("deaths", {}), worker, epochs)
    with suppress(UpdateFinishedTrialError):
        study._storage.set_trial_user_attr(
            trial._trial_id, "deaths", {"count": deaths, "epochs": epochs, "worker": worker}
        )
        if deaths <= config.retries:
            log.warning("trial %d: its worker died; it waits for another", trial.number)
            set_waiting(study._storage, trial._trial_id, worker)
            return
        log.warning("trial %d failed: %d workers died with it", trial.number, deaths)
        reason = f"{deaths} workers died with it, one after the other"
        study._storage.set_trial_user_attr(trial._trial_id, "failure", "WorkerDied")
        study._storage.set_trial_user_attr(trial._trial_id, "error", reason)
        study._storage.set_trial_state_values(trial._trial_id, TrialState.FAIL)


def _deaths(before: dict[str, Any], worker: str, epochs: int) -> int:
    """How many workers died with a trial at this epoch, one after the other."""
    # A worker that came further than the last did not die of the trial, or not at once.
    if before.get("epochs") != epochs:
        return 1
    # Several notice the same death.
    same = bool(worker) and before.get("worker") == worker
    count: int = before["count"]
    return count if same else count + 1


@dataclass
class Watch:
    """Notices by their silence that workers died, and by their number those of this machine.

    Each observer measures by its own clock how long nothing changed of a trial, so machines need
    not agree on the time. While the observer itself did not look, nobody was silent: not while it
    slept, nor while the database was away.
    """

    _silent_since: dict[int, tuple[object, float]] = field(default_factory=dict)
    _looked: float = 0.0

    def dead(self, trials: Sequence[FrozenTrial]) -> list[FrozenTrial]:
        """The running trials whose workers are dead; to be asked every HEARTBEAT seconds."""
        now = time.monotonic()
        watched = now - self._looked < 3 * HEARTBEAT
        before = self._silent_since if watched else {}
        self._looked, self._silent_since = now, {}
        found = []
        for trial in trials:
            if trial.state is not TrialState.RUNNING:
                continue
            worker = trial.user_attrs.get("worker", "")
            signs = (worker, trial.user_attrs.get("heartbeat"), len(trial.intermediate_values))
            last, since = before.get(trial.number, (signs, now))
            self._silent_since[trial.number] = (signs, since if last == signs else now)
            silent = now - self._silent_since[trial.number][1]
            if is_gone(worker) or (worker != this_process() and silent > GRACE):
                found.append(trial)
        return found


def _claim(study: optuna.Study, trial: FrozenTrial) -> bool:
    with suppress(UpdateFinishedTrialError):
        if study._storage.set_trial_state_values(trial._trial_id, TrialState.RUNNING):
            study._storage.set_trial_user_attr(trial._trial_id, "worker", this_process())
            return True
    return False
