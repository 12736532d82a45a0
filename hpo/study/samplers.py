"""The sampler of a study, from its definition."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import optuna
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler, GPSampler, NSGAIISampler, RandomSampler, TPESampler
from optuna.study import Study
from optuna.trial import FrozenTrial

from hpo.study.additive import AdditiveSampler
from hpo.study.definition import StudyConfig
from hpo.study.priors import with_priors
from hpo.study.pruners import first_rung
from hpo.study.space import parameters

SAMPLING, TRAINING, PRIOR = range(3)
"""Purposes of a trial's seeds."""


def trial_seed(study_seed: int, number: int, purpose: int) -> int:
    """A seed of a trial, 0 to 2^31 - 1, derived from the study's seed and the trial's number.

    Args:
        study_seed: seed of the study.
        number: the trial's number.
        purpose: SAMPLING, TRAINING or PRIOR.
    """
    state = np.random.SeedSequence((study_seed, number, purpose)).generate_state(1)
    return int(state[0]) >> 1


class _SpaceKnown(BaseSampler):
    """A sampler that takes the search space from the study's definition.

    Optuna's samplers look for the parameters that all trials have in common. They find this space
    too, but anew for every trial, in a time that grows with the study.

    Attributes:
        space: the open parameters' distributions, by name.
    """

    space: dict[str, BaseDistribution]

    def infer_relative_search_space(
        self, study: Study, trial: FrozenTrial
    ) -> dict[str, BaseDistribution]:
        return self.space


class _TPE(_SpaceKnown, TPESampler):
    pass


class _GP(_SpaceKnown, GPSampler):
    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        with _silenced():
            return super().sample_relative(study, trial, search_space)


@contextmanager
def _silenced() -> Iterator[None]:
    """Silences Optuna's Gaussian process.

    Its warnings are of its own search, and its "converged" has another meaning here.
    """
    verbosity = optuna.logging.get_verbosity()
    # Of 2048 random points all but the best may be too bad to begin from. It then divides zero by
    # zero, says that the study has converged, and begins from the best alone.
    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        # What is infeasible costs infinitely much; it takes the largest other cost for that.
        warnings.filterwarnings("ignore", "Clip non-finite values")
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        try:
            yield
        finally:
            optuna.logging.set_verbosity(verbosity)


def make_sampler(study: StudyConfig, number: int) -> BaseSampler:
    """The sampler of one trial, seeded from the study's seed and the trial's number.

    Since each trial has its own, a proposal depends on the trials in the storage alone, not on how
    often the search was interrupted.

    Example:
        >>> import optuna
        >>> from hpo.study.file import load_study
        >>> from hpo.study.space import sample
        >>> study = load_study("glyphs")
        >>> def proposal():
        ...     search = optuna.create_study(sampler=make_sampler(study, number=0))
        ...     return sample(search.ask(), study, seed=1)
        >>> proposal() == proposal()
        True
    """
    seed = trial_seed(study.seed, number, SAMPLING)
    around = trial_seed(study.seed, number, PRIOR)
    startup = study.sampler.startup_trials
    if study.sampler.name == "random":
        return with_priors(RandomSampler(seed=seed), study, number, around)
    if study.sampler.name == "nsga2":
        genetic = NSGAIISampler(population_size=max(2, startup), seed=seed)
        return with_priors(genetic, study, number, around)
    if study.sampler.name == "tpe" and study.second_objective is not None:
        # Of two objectives it proposes each parameter by itself, and needs no common space.
        tpe = TPESampler(n_startup_trials=startup, seed=seed)
        return with_priors(tpe, study, number, around)
    found = {parameter.name: parameter.distribution for parameter in parameters(study)}
    space = {name: found[name] for name in sorted(found) if not found[name].single()}
    if study.sampler.name == "additive":
        additive = AdditiveSampler(space, first_rung(study), startup, seed)
        return with_priors(additive, study, number, around)
    sampler: _TPE | _GP
    if study.sampler.name == "tpe":
        sampler = _TPE(seed=seed, n_startup_trials=startup)
    else:
        assert study.sampler.name == "gp", study.sampler.name
        # Another worker may end the last random trial between two of its looks at the study; it
        # then draws each parameter alone, and would warn of it.
        sampler = _GP(seed=seed, n_startup_trials=startup, warn_independent_sampling=False)
    sampler.space = space
    return with_priors(sampler, study, number, around)
