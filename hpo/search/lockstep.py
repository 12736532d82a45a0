"""Lockstep: a trial sees those before it as a given number of workers would, whatever is at work.

With W workers in lockstep, trial i begins once the trials 0 to i - W have ended. Its sampler and
pruner see these and no others, so what it becomes does not depend on who runs, or when.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import optuna

from hpo.database.optuna_private import storage_of
from hpo.database.sight import limited
from hpo.study.definition import StudyConfig
from hpo.trials.attributes import TrialRecord


@contextmanager
def seen_by(trial: optuna.Trial, config: StudyConfig) -> Iterator[None]:
    """Within the block the sampler sees what the trial may see; without lockstep, all trials."""
    if config.lockstep is None:
        yield
        return
    with limited(trial.study, trial.number - config.lockstep + 1) as sight:
        yield
    _store(trial, sight.held)


def should_prune(trial: optuna.Trial, config: StudyConfig) -> bool:
    """Whether the pruner stops the trial, by what the trial may see.

    Successive halving notes with a trial that it decided at a rung, and does not decide there
    again: a worker that is killed between that and the trial's end would let it go on. So that it
    is stopped is stored first.
    """
    if config.lockstep is None:
        return trial.should_prune()
    with limited(trial.study, trial.number - config.lockstep + 1) as sight:
        stop = trial.should_prune()
    if stop:
        TrialRecord(stopped=True).save(trial)
    _store(trial, sight.held)
    return stop or bool(TrialRecord.of(trial).stopped)


def _store(trial: optuna.Trial, held: Sequence[tuple[int, str, Any]]) -> None:
    for number, key, value in held:
        storage_of(trial.study).set_trial_system_attr(number, key, value)
