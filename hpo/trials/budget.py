"""The budget of a study, exact with any number of workers: how far it has come, what may start.

It needs no lock. Trials are numbered in the order in which the storage makes them. A trial may
start only if the budget has a place for it after all done and all unfinished trials of lower
number. A worker that makes one says below which number it has a place, as far as it has read; if
others were faster, none is made.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields

from optuna.trial import FrozenTrial, TrialState

from hpo.study.definition import StudyConfig
from hpo.trials.attributes import TrialRecord
from hpo.trials.outcome import state_of

UNFINISHED = (TrialState.RUNNING, TrialState.WAITING)


@dataclass(frozen=True)
class TrialCounts:
    """Numbers of a study's trials, each trial counted once.

    Attributes:
        complete: trained to the end.
        pruned: stopped early.
        failed: ended by an exception, or by workers that died.
        infeasible: given up, for the network cannot exist or exceeds a constraint.
        running: a worker has it.
        waiting: may start, or go on.
    """

    complete: int
    pruned: int
    failed: int
    infeasible: int
    running: int
    waiting: int

    @property
    def done(self) -> int:
        """Number of trials that the budget counts: complete and pruned ones."""
        return self.complete + self.pruned


def counts(trials: Sequence[FrozenTrial]) -> TrialCounts:
    """Counts a study's trials by state.

    Example:
        >>> from optuna import create_trial
        >>> counts([create_trial(value=0.9), create_trial(state=TrialState.WAITING)])
        TrialCounts(complete=1, pruned=0, failed=0, infeasible=0, running=0, waiting=1)
    """
    of = Counter(map(state_of, trials))
    return TrialCounts(**{field.name: of[field.name] for field in fields(TrialCounts)})


def seconds(trials: Sequence[FrozenTrial]) -> float:
    """Seconds of training, all trials together."""
    return sum((TrialRecord.of(trial).seconds or 0.0 for trial in trials), 0.0)


def may_start(number: int, trials: Sequence[FrozenTrial], config: StudyConfig) -> bool:
    """Whether the budget has a place for the trial of this number, which need not exist yet.

    Example:
        >>> from optuna import create_trial
        >>> from hpo.study.file import load_study
        >>> done = [create_trial(value=0.9)] * 7
        >>> study = load_study("glyphs")
        >>> study.trials, may_start(7, done, study), may_start(8, [*done, done[0]], study)
        (8, True, False)
    """
    before = sum(trial.state in UNFINISHED and trial.number < number for trial in trials)
    return counts(trials).done + before < config.trials


def places(trials: Sequence[FrozenTrial], config: StudyConfig) -> int:
    """Number of trials that may still be made; 0 or less if the unfinished ones take up the rest.

    Example:
        >>> from optuna import create_trial
        >>> from hpo.study.file import load_study
        >>> places([create_trial(value=0.9), create_trial(state=TrialState.WAITING)],
        ...        load_study("glyphs"))
        6
    """
    unfinished = sum(trial.state in UNFINISHED for trial in trials)
    return config.trials - counts(trials).done - unfinished


def next_number(trials: Sequence[FrozenTrial]) -> int:
    """Number of the trial that would begin next: one that waits, or a new one."""
    waiting = (trial.number for trial in trials if trial.state is TrialState.WAITING)
    return next(waiting, len(trials))


def visible(
    number: int, trials: Sequence[FrozenTrial], config: StudyConfig
) -> Sequence[FrozenTrial]:
    """The trials that the trial of this number may see.

    In lockstep, those at least `config.lockstep` before it; else all.

    Example:
        >>> from optuna import create_trial
        >>> from hpo.study.file import load_study
        >>> study = load_study("glyphs").model_copy(update={"lockstep": 4})
        >>> len(visible(9, [create_trial(value=0.9)] * 9, study))
        6
    """
    return trials if config.lockstep is None else trials[: max(0, number - config.lockstep + 1)]


def first_not_begun(trials: Sequence[FrozenTrial]) -> int:
    """Number of the first trial that no worker has begun, or that does not exist yet."""
    return next((t.number for t in trials if not is_begun(t)), len(trials))


def is_begun(trial: FrozenTrial) -> bool:
    """Whether a worker has begun the trial, which then goes on whatever happens."""
    return trial.state.is_finished() or TrialRecord.of(trial).seed is not None


def waits_for(number: int, trials: Sequence[FrozenTrial], config: StudyConfig) -> int | None:
    """Number of the trial that must end before the trial of this number begins, in lockstep.

    Example:
        >>> from optuna import create_trial
        >>> from hpo.study.file import load_study
        >>> study = load_study("glyphs").model_copy(update={"lockstep": 2})
        >>> running = create_trial(state=TrialState.WAITING)
        >>> waits_for(1, [running], study), waits_for(2, [running, running], study)
        (None, 0)
    """
    if config.lockstep is None:
        return None
    must_have_ended = visible(number, trials, config)
    return next((n for n, trial in enumerate(must_have_ended) if trial.state in UNFINISHED), None)


@dataclass(frozen=True)
class Step:
    """What a study in lockstep waits for.

    Attributes:
        number: number of the trial that would begin next.
        until: number of the trial that must end before.
    """

    number: int
    until: int

    def in_words(self) -> str:
        """What is waited for, in one line.

        >>> Step(6, 2).in_words()
        'lockstep: trial 6 waits until trial 2 has ended'
        """
        return f"lockstep: trial {self.number} waits until trial {self.until} has ended"


def next_in_lockstep(trials: Sequence[FrozenTrial], config: StudyConfig) -> Step | None:
    """The trial that would begin next and must wait for another; None if none has to wait."""
    if reached_limit(trials, config) is not None:
        return None
    number = next_number(trials)
    until = waits_for(number, trials, config)
    if until is None or not may_start(number, trials, config):
        return None
    return Step(number, until)


def reached_limit(trials: Sequence[FrozenTrial], config: StudyConfig) -> str | None:
    """The limit that the study has reached, in words; None if a trial may start.

    None also while running trials take up the rest of the budget: one may start if they fail. In
    lockstep the infeasible trials count that the next trial may see, so that the search ends before
    the same one, whoever runs it.

    Example:
        >>> from optuna import create_trial
        >>> from hpo.study.file import load_study
        >>> reached_limit([create_trial(value=0.9)] * 8, load_study("glyphs"))
        'all 8 trials are done'
    """
    found = counts(trials)
    if found.done >= config.trials:
        return f"all {config.trials} trials are done"
    ends = f"the search ends after {found.done} of {config.trials} trials"
    number = first_not_begun(trials)
    known = waits_for(number, trials, config) is None
    infeasible = counts(visible(number, trials, config)).infeasible
    if known and infeasible >= config.infeasible_budget:
        return f"{infeasible} {_infeasible(config)}, as many as infeasible_trials allows; {ends}"
    took = seconds(trials)
    if config.timeout is not None and took >= config.timeout:
        return f"the trials took {took:.0f} s, the timeout is {config.timeout:.0f} s; {ends}"
    return None


def _infeasible(config: StudyConfig) -> str:
    what = "networks were proposed that cannot exist"
    limits = config.constraints.model_dump(exclude_none=True)
    keys = ", ".join(f"constraints.{name}" for name in limits)
    return f"{what} or exceed {keys}" if limits else what
