"""Trials that keep failing: noticed in the order in which they end, whatever their clocks say."""

from __future__ import annotations

from collections.abc import Sequence

from optuna.trial import FrozenTrial, TrialState

from data.errors import WorkFailed
from hpo.trials.attributes import TrialRecord
from hpo.trials.times import in_order

SAME_FAILURES = 3
"""Number of trials in a row failing with one kind of exception, after which the search stops."""


class Failures:
    """An observer of trials that end, whatever worker had them.

    Each trial is dated by the clock of its worker's machine, and these may differ by hours. So
    trials are in the order in which this observer sees that they have ended; those that it sees at
    one look, in the order of their dates.

    Args:
        trials: trials as the observer finds them; those that have ended already do not count.
    """

    def __init__(self, trials: Sequence[FrozenTrial]) -> None:
        self._before = {trial.number for trial in trials if trial.state.is_finished()}
        self._seen: dict[int, int] = {}

    def look(self, trials: Sequence[FrozenTrial]) -> None:
        """Looks at the trials, and checks that they do not keep failing.

        Those that another program set to failed have no cause, and are passed over.

        Raises:
            WorkFailed: the last SAME_FAILURES trials to end failed with one kind of exception.
        """
        for trial in sorted(trials, key=in_order):
            if trial.state.is_finished() and trial.number not in self._before:
                self._seen.setdefault(trial.number, len(self._seen))
        ended = [
            trial
            for trial in trials
            if trial.number in self._seen
            and (trial.state is not TrialState.FAIL or TrialRecord.of(trial).failure)
        ]
        last = sorted(ended, key=lambda trial: self._seen[trial.number])[-SAME_FAILURES:]
        failed = [TrialRecord.of(trial) for trial in last if trial.state is TrialState.FAIL]
        causes = [record.failure for record in failed]
        if len(causes) == SAME_FAILURES and len(set(causes)) == 1:
            reason = (failed[-1].error or "").strip().splitlines()
            raise WorkFailed(
                f"{SAME_FAILURES} trials in a row failed; the last with"
                f" {reason[-1] if reason else causes[-1]}"
            )
