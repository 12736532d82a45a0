"""What a search's next trials are expected to gain, judged by what its last ones gained.

Optuna's terminators (`optuna.terminator`) look at complete trials alone, of which a pruner leaves
few, take infeasible ones for complete, and are to be removed from it. The rule here counts every
trial that a budget counts, and needs no model of the space.
"""

from __future__ import annotations

from collections.abc import Sequence

from optuna.trial import FrozenTrial

from hpo.study.definition import StudyConfig
from hpo.trials.outcome import accuracy_of, state_of
from hpo.trials.random_phase import random_trials


def expected_gain(trials: Sequence[FrozenTrial], config: StudyConfig) -> float | None:
    """The accuracy that the next `stop.trials` trials are expected to gain, 0 to 1.

    A pruned trial counts with the accuracy that it had when it was stopped. The larger counts of
    two figures: what the last `stop.trials` trials gained; and what that number of trials would
    have gained on average, had the same trials come in any other order, see `gain_in_any_order`.

    Args:
        trials: the study's, by number.
        config: its definition.

    Returns:
        None if it has no `stop`, or too few trials are done to judge by: fewer than twice
        `stop.trials`, or than `stop.trials` after those that the sampler draws at random.
    """
    if config.stop is None:
        return None
    window, sampler = config.stop.trials, config.sampler
    done = _done(trials)
    startup = sampler.startup_trials if sampler.learns else 0
    if sampler.name == "gp":
        startup = len(_done(trials[: random_trials(trials, sampler)]))
    if len(done) < window + max(window, startup):
        return None
    values = [accuracy_of(trial) or 0.0 for trial in done]
    observed = max(values) - max(values[:-window])
    return max(observed, gain_in_any_order(values, window))


def _done(trials: Sequence[FrozenTrial]) -> list[FrozenTrial]:
    return [trial for trial in trials if state_of(trial) in ("complete", "pruned")]


def gain_in_any_order(values: Sequence[float], last: int) -> float:
    """What the last trials of a search gain on average over all orders of its trials.

    It is counted, not sampled: of n values the i-th best, i from 1, is the best of k that are drawn
    with probability C(n - i, k - 1) / C(n, k). The best of k rises ever more slowly with k, so if
    the next trials are drawn as these were, they gain no more than that on average.

    Args:
        values: accuracy of each trial, more than `last`.
        last: number of the last trials.

    Example:
        >>> gain_in_any_order([0.7, 0.9, 0.8, 0.8], last=1)
        0.025
    """
    count, drawn = len(values), len(values) - last
    ranked = sorted(values, reverse=True)
    expected, probability = 0.0, drawn / count
    for place, value in enumerate(ranked[: last + 1]):
        if place:
            probability *= (last + 1 - place) / (count - place)
        expected += probability * value
    return round(ranked[0] - expected, 12)
