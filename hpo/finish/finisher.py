"""The one process that finishes a study: it retrains and tests, the others wait for its results.

Which one is stored with the study, by name, with a count that grows as long as it lives.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from threading import Lock
from typing import Self

import optuna
from optuna.trial import TrialState

from hpo.database.opening import STORAGE_ERRORS, reason
from hpo.database.swap import briefly, swap
from hpo.runtime.process_identity import is_gone, this_process
from hpo.runtime.repeated import Repeated
from hpo.search.dead_workers import GRACE, HEARTBEAT
from hpo.storage.convergence import end_of_search
from hpo.storage.finisher_claim import FINISHER, Claim
from hpo.storage.studies import as_stored
from hpo.study.definition import StudyConfig
from hpo.trials.forecast import Forecast

log = logging.getLogger(__name__)


class SearchGoesOn(Exception):  # noqa: N818 - nobody's fault
    """The study's budget was raised before its test: there are trials to be run first."""


class FinishLost(Exception):  # noqa: N818 - nobody's fault
    """Another process finishes the study now; this one was silent for too long."""


def is_searched(study: optuna.Study, config: StudyConfig) -> bool:
    """Whether no trial runs, and none may start by the budget and rule that are stored now."""
    trials = study.get_trials(deepcopy=False)
    if any(trial.state is TrialState.RUNNING for trial in trials):
        return False
    return end_of_search(study, trials, as_stored(study, config)) is not None


class Finisher:
    """This process's claim; a thread gives signs of life within the `with` block.

    At its end the claim is let go, and another process may take it at once.
    """

    def __init__(self, study: optuna.Study, config: StudyConfig, claim: Claim) -> None:
        self._study, self._config, self._claim = study, config, claim
        self._forecast: Forecast | None = None
        self._lost = False
        self._lock = Lock()
        self._beating = Repeated(HEARTBEAT, self._try_to_beat, "finisher")

    def __enter__(self) -> Self:
        self._beating.start()
        return self

    def __exit__(self, *_: object) -> None:
        briefly(self._release)

    def may_test(self) -> None:
        """Makes sure, before the test alphabets are opened, that this process may test now.

        Raises:
            FinishLost: another process has taken over.
            SearchGoesOn: the budget was raised. Even if it is spent: the finalists were chosen
                before.
        """
        self.still_mine()
        raised = as_stored(self._study, self._config).trials > self._config.trials
        if raised or not is_searched(self._study, self._config):
            raise SearchGoesOn

    def tell(self, forecast: Forecast) -> None:
        """Takes in how long the finish still takes; the next sign of life tells the others."""
        self._forecast = forecast

    def still_mine(self) -> None:
        """Gives a sign of life.

        Raises:
            FinishLost: another process has taken over.
        """
        if not self._beat():
            raise FinishLost

    def _try_to_beat(self) -> None:
        try:
            self._beat()
        except STORAGE_ERRORS as error:
            # If it lasts, the main thread meets it too.
            log.warning("no heartbeat: %s", reason(error))

    def _release(self) -> None:
        self._beating.stop()
        self._change(Claim())

    def _beat(self) -> bool:
        beat = {"beat": self._claim.beat + 1, "forecast": self._forecast}
        return self._change(self._claim.model_copy(update=beat))

    def _change(self, after: Claim) -> bool:
        with self._lock:
            before = self._claim.model_dump()
            self._lost = self._lost or not swap(self._study, FINISHER, before, after.model_dump())
            if not self._lost:
                self._claim = after
            return not self._lost


@dataclass
class FinisherWatch:
    """An observer of who finishes a study, which takes over from one that has died.

    One of this machine is dead as soon as its process has ended; any other, after GRACE seconds
    without a sign of life, by this observer's own clock, in which it looked all the time.
    """

    _seen: Claim = field(default_factory=Claim)
    _since: float = 0.0
    _looked: float = 0.0

    def take(self, study: optuna.Study, config: StudyConfig) -> Finisher | Claim:
        """This process's claim if it is free or its holder dead, else the other's."""
        now, raw = time.monotonic(), study.user_attrs.get(FINISHER)
        stored = Claim.of(raw)
        if stored != self._seen or now - self._looked > 3 * HEARTBEAT:
            self._seen, self._since = stored, now
        self._looked = now
        holder = stored.process
        silent = now - self._since > GRACE
        if holder in ("", this_process()) or is_gone(holder) or silent:
            mine = Claim(process=this_process())
            if swap(study, FINISHER, raw, mine.model_dump()):
                return Finisher(study, config, mine)
        return stored
