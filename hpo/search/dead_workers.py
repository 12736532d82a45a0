"""Noticing that a worker died, and setting its trial waiting for another, or failing it."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import optuna
from optuna.exceptions import UpdateFinishedTrialError
from optuna.trial import FrozenTrial, TrialState

from hpo.runtime.process_identity import is_gone, this_process
from hpo.storage.optuna_private import set_state, storage_of, stored, trial_id
from hpo.storage.requeue import set_waiting
from hpo.study.definition import StudyConfig
from hpo.trials.attributes import Deaths, TrialRecord

HEARTBEAT = 10.0
"""Seconds between two signs of life of a running trial."""
GRACE = 60.0
"""Seconds of silence after which its worker is taken for dead; one on this machine at once."""

log = logging.getLogger(__name__)


def take_over(study: optuna.Study, trial: FrozenTrial, config: StudyConfig) -> None:
    """A dead worker's trial waits again; after too many deaths at the same epoch it fails."""
    now = stored(study, trial)
    worker, record = TrialRecord.of(trial).worker, TrialRecord.of(now)
    if now.state is not TrialState.RUNNING or record.worker != worker:
        return  # someone else was faster
    epochs = len(now.intermediate_values)
    deaths = _deaths(record.deaths, worker, epochs)
    with suppress(UpdateFinishedTrialError):
        died = TrialRecord(deaths=Deaths(count=deaths, epochs=epochs, worker=worker))
        died.save_to(storage_of(study), trial_id(trial))
        if deaths <= config.retries:
            log.warning("trial %d: its worker died; it waits for another", trial.number)
            set_waiting(study, trial, worker)
            return
        log.warning("trial %d failed: %d workers died with it", trial.number, deaths)
        reason = f"{deaths} workers died with it, one after the other"
        failed = TrialRecord(failure="WorkerDied", error=reason)
        failed.save_to(storage_of(study), trial_id(trial))
        set_state(study, trial, TrialState.FAIL)


def _deaths(before: Deaths | None, worker: str, epochs: int) -> int:
    """How many workers died with a trial at this epoch, one after the other."""
    # A worker that came further than the last did not die of the trial, or not at once.
    if before is None or before.epochs != epochs:
        return 1
    # Several notice the same death.
    same = bool(worker) and before.worker == worker
    return before.count if same else before.count + 1


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
            record = TrialRecord.of(trial)
            worker = record.worker
            signs = (worker, record.heartbeat, len(trial.intermediate_values))
            last, since = before.get(trial.number, (signs, now))
            self._silent_since[trial.number] = (signs, since if last == signs else now)
            silent = now - self._silent_since[trial.number][1]
            if is_gone(worker) or (worker != this_process() and silent > GRACE):
                found.append(trial)
        return found
