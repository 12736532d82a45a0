"""Priors: values that people believe to be good, around which some trials are drawn.

Such a trial keeps the sampler's proposal for parameters without a prior. The first trial takes the
priors as they are. Of the startup trials every second one is drawn around them; later the chance of
trial n is `startup_trials / 2n`. So the number of trials that a bad prior costs grows only with the
logarithm of the budget. A prior that fades so is piBO's idea (Hvarfner et al. 2022), trials drawn
around it beside the sampler's are PriorBand's (Mallik et al. 2023).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log
from statistics import NormalDist
from typing import Any

import numpy as np
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from hpo.study.definition import StudyConfig
from hpo.study.parameter import Parameter, Value
from hpo.study.space import parameters

SHARE = 0.5
"""Share of the startup trials that are drawn around the priors."""
SPREAD = 0.2
"""Standard deviation around a prior, in parts of the range, on its own scale."""
KEPT = 0.5
"""Chance of a prior among choices; otherwise any choice is drawn, this one too."""


def with_priors(sampler: BaseSampler, study: StudyConfig, number: int, seed: int) -> BaseSampler:
    """The sampler of one trial as given, or, for some trials, one that draws around the priors.

    The latter draws the parameters with a prior around it, and leaves the others to the given one.

    Args:
        sampler: sampler of the trial, without priors.
        study: the study's definition.
        number: the trial's number.
        seed: seed of what is drawn here.
    """
    known = [parameter for parameter in parameters(study) if parameter.prior is not None]
    if not known:
        return sampler
    dice = np.random.default_rng(seed)
    if number > 0 and dice.random() >= share(number, study.sampler.startup_trials):
        return sampler
    spread = SPREAD if number else 0.0
    return _Around(sampler, known, {p.name: _drawn(p, spread, dice) for p in known})


def share(number: int, startup: int) -> float:
    """Chance that the trial of this number, above 0, is drawn around the priors.

    Example:
        >>> [share(number, startup=8) for number in (1, 8, 16, 80)]
        [0.5, 0.5, 0.25, 0.05]
    """
    return SHARE * min(1.0, startup / number)


def _drawn(parameter: Parameter, spread: float, dice: np.random.Generator) -> Value:
    prior = parameter.prior
    assert prior is not None
    if spread == 0:
        return prior
    if parameter.range is None:
        if dice.random() < KEPT:
            return prior
        return parameter.values[int(dice.integers(len(parameter.values)))]
    there, back = (log, exp) if parameter.range.log else (float, float)
    low, high = there(parameter.range.low), there(parameter.range.high)
    around = NormalDist(there(float(prior)), spread * (high - low))
    # Cut off at both ends of the range.
    part = dice.uniform(around.cdf(low), around.cdf(high))
    near = parameter.nearest(back(around.inv_cdf(min(max(part, 1e-12), 1 - 1e-12))))
    assert near is not None
    return near


class _Around(BaseSampler):
    """Another sampler, some of whose parameters have values already."""

    def __init__(
        self, sampler: BaseSampler, known: Sequence[Parameter], drawn: dict[str, Value]
    ) -> None:
        self._sampler, self._drawn = sampler, drawn
        self._own = {p.name: p.distribution for p in known}

    def infer_relative_search_space(
        self, study: Study, trial: FrozenTrial
    ) -> dict[str, BaseDistribution]:
        return self._sampler.infer_relative_search_space(study, trial) | self._own

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        theirs = self._sampler.infer_relative_search_space(study, trial)
        return self._sampler.sample_relative(study, trial, theirs) | self._drawn

    def sample_independent(
        self,
        study: Study,
        trial: FrozenTrial,
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> Any:  # noqa: ANN401
        return self._sampler.sample_independent(study, trial, param_name, param_distribution)

    def before_trial(self, study: Study, trial: FrozenTrial) -> None:
        self._sampler.before_trial(study, trial)

    def after_trial(
        self,
        study: Study,
        trial: FrozenTrial,
        state: TrialState,
        values: Sequence[float] | None,
    ) -> None:
        self._sampler.after_trial(study, trial, state, values)
