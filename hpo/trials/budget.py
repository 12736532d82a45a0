"""The budget of a study, exact with any number of workers: how far it has come, what may start.

No lock: trials are numbered in the order in which the storage makes them, and each reserves the
places of all unfinished ones before it. A trial may start only if, with those finished, there is a
place left for it. Workers that make one too many at the same moment leave it waiting: it starts
should another fail, or the budget be raised.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from optuna.trial import FrozenTrial, TrialState

from hpo.study.definition import StudyConfig
from hpo.trials.attributes import TrialRecord
from hpo.trials.outcome import is_infeasible

UNFINISHED = (TrialState.RUNNING, TrialState.WAITING)


@dataclass(frozen=True)
class TrialCounts:
    """How many trials a study has; every trial is counted once.

    `complete` were trained to their end, `infeasible` are networks that cannot exist.
    """

    complete: int
    pruned: int
    failed: int
    infeasible: int
    running: int
    waiting: int

    @property
    def done(self) -> int:
        """Trials that count in the budget: complete and pruned ones."""
        return self.complete + self.pruned


def counts(trials: Sequence[FrozenTrial]) -> TrialCounts:
    """A study's trials by what became of them."""
    infeasible = sum(is_infeasible(trial) for trial in trials)
    of = {state: sum(trial.state is state for trial in trials) for state in TrialState}
    return TrialCounts(
        complete=of[TrialState.COMPLETE] - infeasible,
        pruned=of[TrialState.PRUNED],
        failed=of[TrialState.FAIL],
        infeasible=infeasible,
        running=of[TrialState.RUNNING],
        waiting=of[TrialState.WAITING],
    )


def seconds(trials: Sequence[FrozenTrial]) -> float:
    """Seconds that trials have trained, all together."""
    return sum((TrialRecord.of(trial).seconds or 0.0 for trial in trials), 0.0)


def may_start(number: int, trials: Sequence[FrozenTrial], config: StudyConfig) -> bool:
    """Whether the budget has a place for the trial of this number, which need not exist yet."""
    before = sum(trial.state in UNFINISHED and trial.number < number for trial in trials)
    return counts(trials).done + before < config.trials


def reached_limit(trials: Sequence[FrozenTrial], config: StudyConfig) -> str | None:
    """Why no further trial may ever start; None when one may, now or should another fail."""
    found = counts(trials)
    if found.done >= config.trials:
        return f"all {config.trials} trials are done"
    ends = f"the search ends after {found.done} of {config.trials} trials"
    if found.infeasible >= config.infeasible_budget:
        return (
            f"{found.infeasible} networks were proposed that cannot exist, as many as"
            f" infeasible_trials allows; {ends}"
        )
    took = seconds(trials)
    if config.timeout is not None and took >= config.timeout:
        return f"the trials took {took:.0f} s, the timeout is {config.timeout:.0f} s; {ends}"
    return None
