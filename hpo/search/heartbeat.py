"""A worker's second thread: gives signs of life for its trial, and watches the other workers."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Self

import optuna
from optuna.exceptions import UpdateFinishedTrialError
from optuna.trial import FrozenTrial

from hpo.database.opening import STORAGE_ERRORS, reason
from hpo.database.optuna_private import trial_id
from hpo.runtime.process_identity import this_process
from hpo.runtime.repeated import Repeated
from hpo.search.dead_workers import HEARTBEAT, Watch, release_or_fail
from hpo.study.definition import StudyConfig
from hpo.trials.attributes import TrialRecord

END_PATIENCE = 0.5
"""Seconds in which it usually ends."""

log = logging.getLogger(__name__)


def beat(trial: optuna.Trial) -> None:
    """Stores a sign of life with a running trial; does nothing if the trial is finished."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    with suppress(UpdateFinishedTrialError):
        # Not by the trial's own methods: they are for the thread that trains it.
        TrialRecord(heartbeat=now).save_to(trial.storage, trial_id(trial))


def _is_mine(trial: optuna.Trial, trials: Sequence[FrozenTrial]) -> bool:
    """Whether a trial is this process's among trials read just now: it may have been lost."""
    return any(
        trial_id(now) == trial_id(trial) and TrialRecord.of(now).worker == this_process()
        for now in trials
    )


class Heart:
    """A heartbeat: a thread, alive within the `with` block, that beats and watches other workers.

    Attributes:
        trial: trial that this worker runs at the moment; None if it runs none.
    """

    def __init__(self, study: optuna.Study, config: StudyConfig) -> None:
        self.trial: optuna.Trial | None = None
        self._study, self._config = study, config
        self._watch = Watch()
        self._beating = Repeated(HEARTBEAT, self._beat_and_watch, "heart")

    def __enter__(self) -> Self:
        self._beating.start()
        return self

    def __exit__(self, *_: object) -> None:
        # Not for long: it may be waiting for the database, and can do no harm later on.
        self._beating.stop(END_PATIENCE)

    def _beat_and_watch(self) -> None:
        try:
            trials = self._study.get_trials(deepcopy=False)
            if (trial := self.trial) is not None and _is_mine(trial, trials):
                beat(trial)
            for dead in self._watch.dead(trials):
                release_or_fail(self._study, dead, self._config)
        except STORAGE_ERRORS as error:
            # If it lasts, the worker's main thread meets it too.
            log.warning("no heartbeat: %s", reason(error))
