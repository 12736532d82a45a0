"""Dead workers: noticing that one died, and what becomes of its trial: it waits again, or fails."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import optuna
from optuna.exceptions import UpdateFinishedTrialError
from optuna.trial import FrozenTrial, TrialState

from hpo.database.optuna_private import set_state, storage_of, stored, trial_id
from hpo.database.requeue import set_waiting
from hpo.runtime.process_identity import is_gone, this_process
from hpo.study.definition import StudyConfig
from hpo.trials.attributes import Deaths, TrialRecord

HEARTBEAT = 10.0
"""Seconds between two signs of life of a running trial."""
GRACE = 60.0
"""Seconds of silence after which a worker is taken for dead."""

log = logging.getLogger(__name__)


def release_or_fail(study: optuna.Study, trial: FrozenTrial, config: StudyConfig) -> None:
    """Sets the trial of a dead worker waiting, or failed after too many deaths at one epoch.

    Does nothing if the trial is no longer that worker's.

    Args:
        study: the study in its storage.
        trial: running trial, read when its worker was found dead.
        config: the study's definition, with the number of retries.
    """
    now = stored(study, trial)
    worker, record = TrialRecord.of(trial).worker, TrialRecord.of(now)
    if now.state is not TrialState.RUNNING or record.worker != worker:
        return  # another observer was faster
    reported = _epochs(study.get_trials(deepcopy=False))
    deaths = _deaths(record.deaths, worker, len(now.intermediate_values), reported)
    with suppress(UpdateFinishedTrialError):
        TrialRecord(deaths=deaths).save_to(storage_of(study), trial_id(trial))
        if deaths.count <= config.retries:
            log.warning("trial %d: its worker died; it waits for another", trial.number)
            set_waiting(study, trial, worker)
            return
        log.warning("trial %d failed: %d workers died with it", trial.number, deaths.count)
        reason = f"{deaths.count} workers died with it, one after the other"
        failed = TrialRecord(failure="WorkerDied", error=reason)
        failed.save_to(storage_of(study), trial_id(trial))
        set_state(study, trial, TrialState.FAIL)


def deaths_in_a_row(trials: Sequence[FrozenTrial]) -> int:
    """How often, at least, a worker that took up a trial died, with no epoch done in between.

    A machine's workers that die together count as one: of several trials that wait again the one
    with most deaths counts.
    """
    reported = _epochs(trials)
    waiting, failed = [0], 0
    for trial in trials:
        deaths = TrialRecord.of(trial).deaths
        if deaths is None or deaths.reported != reported:
            continue
        if trial.state is TrialState.FAIL:
            failed += deaths.in_a_row
        elif not trial.state.is_finished():
            waiting.append(deaths.in_a_row)
    return failed + max(waiting)


def _epochs(trials: Sequence[FrozenTrial]) -> int:
    """Number of epochs that the trials have reported, all together."""
    return sum(len(trial.intermediate_values) for trial in trials)


def _deaths(before: Deaths | None, worker: str, epochs: int, reported: int) -> Deaths:
    """Deaths of a trial's workers, with the one that was noticed now.

    Args:
        before: deaths that the trial has stored; None if there were none.
        worker: name of the worker that died now.
        epochs: number of epochs that the trial has reported.
        reported: number of epochs that all trials have reported.
    """
    # A worker that came further than the one before did not die of the trial, or not at once.
    count, in_a_row = 0, 0
    if before is not None and before.epochs == epochs:
        if worker and before.worker == worker:  # several workers may notice one death
            return before
        count = before.count
    if before is not None and before.reported == reported:
        in_a_row = before.in_a_row
    return Deaths(
        count=count + 1, epochs=epochs, worker=worker, reported=reported, in_a_row=in_a_row + 1
    )


@dataclass
class Watch:
    """An observer of workers, which finds out those that died.

    A worker is dead after GRACE seconds of silence; one of this machine, as soon as its process has
    ended. Silence is the time for which nothing of a trial changed, by the observer's own clock, so
    machines need not agree on the time. Time in which the observer did not look, because it slept
    or the database was away, does not count.
    """

    _silent_since: dict[int, tuple[object, float]] = field(default_factory=dict)
    _looked: float = 0.0

    def dead(self, trials: Sequence[FrozenTrial]) -> list[FrozenTrial]:
        """Running trials whose workers are dead; to be called every HEARTBEAT seconds."""
        now = time.monotonic()
        watched = now - self._looked < 3 * HEARTBEAT
        before = self._silent_since if watched else {}
        self._looked, self._silent_since = now, {}
        found = []
        for trial in trials:
            if trial.state is not TrialState.RUNNING:
                continue
            record = TrialRecord.of(trial)
            worker = record.worker
            signs = (worker, record.heartbeat, len(trial.intermediate_values))
            last, since = before.get(trial.number, (signs, now))
            self._silent_since[trial.number] = (signs, since if last == signs else now)
            silent = now - self._silent_since[trial.number][1]
            if is_gone(worker) or (worker != this_process() and silent > GRACE):
                found.append(trial)
        return found
