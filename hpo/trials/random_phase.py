"""How many of a search's first trials are random."""

from __future__ import annotations

from collections.abc import Sequence

from optuna.trial import FrozenTrial, TrialState

from hpo.study.definition import SamplerConfig


def random_trials(trials: Sequence[FrozenTrial], sampler: SamplerConfig) -> int:
    """Number of a study's first trials that its sampler draws at random before it learns.

    Args:
        trials: the study's, by number.
        sampler: its sampler.

    Example:
        >>> import optuna
        >>> pruned = optuna.create_trial(state=TrialState.PRUNED)
        >>> trials = [pruned, *[optuna.create_trial(value=0.5)] * 3]
        >>> [random_trials(trials, SamplerConfig(name=n, startup_trials=2)) for n in ("tpe", "gp")]
        [2, 3]
    """
    if sampler.name != "gp":
        return sampler.startup_trials
    # It counts what Optuna calls complete: infeasible trials, but no pruned ones.
    complete = [n for n, trial in enumerate(trials, 1) if trial.state is TrialState.COMPLETE]
    enough = len(complete) >= sampler.startup_trials
    return complete[sampler.startup_trials - 1] if enough else len(trials)
