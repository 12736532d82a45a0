"""A sampler that learns from every trial's first rung, with a model that adds parameters up.

Of Optuna's samplers TPE holds every pruned trial to be worse than every complete one, whatever it
reached, and the Gaussian process learns nothing from one. At the pruner's first rung all trials are
alike: each has trained for as long, and what it reached there says most of what it would reach in
the end.

A Bayesian linear model (MacKay 1992) of all these values has a parabola for each parameter of
numbers and a constant for each choice; what parameters do only together it does not see, and so it
needs few trials. Each proposal is the best of one model drawn from what the trials leave open
(Thompson sampling): workers that ask at the same time draw different ones, and get different
proposals (Kandasamy et al. 2018). What parameters do together is in the best trials: every second
proposal takes about half of its values from one of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.samplers import BaseSampler, RandomSampler
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from hpo.study.parameter import on_grid

Floats = NDArray[np.float64]
CROSSED = 0.5
"""Part of the proposals that take values from one of the best trials."""
KEPT = 0.5
"""Part of their values that such proposals take from that trial."""
BEST, TENTH = 5, 10
"""Most of the trials that count as the best, and of how many trials one does."""
PLACES = 33
"""Number of places in a range that a parabola is looked at."""
COUNTED = 1000
"""Number of whole numbers up to which each is looked at; of more a range is taken for a line."""


class AdditiveSampler(BaseSampler):
    """Proposes the best configuration of a model drawn from what all first rungs leave open.

    Args:
        space: the open parameters' distributions, by name.
        rung: number of epochs after which trials are compared.
        startup_trials: number of trials with a value before the sampler learns.
        seed: seed of this proposal.
    """

    def __init__(
        self, space: dict[str, BaseDistribution], rung: int, startup_trials: int, seed: int
    ) -> None:
        self._space, self._rung, self._startup = space, rung, startup_trials
        self._dice = np.random.default_rng(seed)
        self._random = RandomSampler(seed=seed)

    def infer_relative_search_space(
        self, study: Study, trial: FrozenTrial
    ) -> dict[str, BaseDistribution]:
        return self._space

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        seen = [
            (other.params, value)
            for other in study.get_trials(deepcopy=False)
            if self._holds(other.params) and (value := value_at(other, self._rung)) is not None
        ]
        if not self._space or len(seen) < self._startup:
            return {}
        columns = {
            name: _places(distribution, [params[name] for params, _ in seen])
            for name, distribution in self._space.items()
        }
        coefficients = self._drawn(
            [_features(self._space[name], places) for name, places in columns.items()],
            _normal_scores([value for _, value in seen]),
        )
        found = {
            name: self._best(distribution, own)
            for (name, distribution), own in zip(self._space.items(), coefficients, strict=True)
        }
        if self._dice.random() < CROSSED:
            count = min(BEST, -(-len(seen) // TENTH))
            best = sorted(seen, key=lambda one: one[1], reverse=True)[:count]
            parent, _ = best[self._dice.integers(len(best))]
            found |= {name: parent[name] for name in found if self._dice.random() < KEPT}
        return found

    def _holds(self, params: dict[str, Any]) -> bool:
        """Whether a trial's values are of this space; another program may have added others."""
        return all(
            name in params and _has(distribution, params[name])
            for name, distribution in self._space.items()
        )

    def sample_independent(
        self,
        study: Study,
        trial: FrozenTrial,
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> Any:  # noqa: ANN401
        return self._random.sample_independent(study, trial, param_name, param_distribution)

    def _drawn(self, features: list[Floats], scores: Floats) -> list[Floats]:
        """Coefficients of a model drawn from those that the trials leave open, by parameter."""
        from sklearn.linear_model import BayesianRidge  # takes a second to import

        fitted = BayesianRidge(max_iter=100).fit(np.concatenate(features, axis=1), scores)
        drawn = self._dice.multivariate_normal(fitted.coef_, fitted.sigma_, method="eigh")
        return np.split(drawn, np.cumsum([own.shape[1] for own in features])[:-1])

    def _best(self, distribution: BaseDistribution, coefficients: Floats) -> Any:  # noqa: ANN401
        """The value of a parameter that these coefficients make most of."""
        if (values := _values(distribution)) is not None:
            places = (np.arange(len(values)) + 0.5) / len(values)
        else:
            # Not the same ones each time, so that every value may be proposed.
            parts = np.arange(PLACES) + self._dice.random(PLACES)
            places = parts / PLACES
        return _value(
            distribution, float(places[(_features(distribution, places) @ coefficients).argmax()])
        )


def value_at(trial: FrozenTrial, rung: int) -> float | None:
    """What a trial reached in its first `rung` epochs, or in all that it has if it ended before.

    Minus infinity for a trial that may not exist; None where nothing is known of it yet, or it
    failed.
    """
    if trial.state in (TrialState.FAIL, TrialState.WAITING):
        return None
    if any(violation > 0 for violation in trial.constraints.values()):
        return -inf
    reports = trial.intermediate_values
    if rung not in reports and not (trial.state.is_finished() and reports):
        return None
    value = reports[rung if rung in reports else max(reports)]
    return value if isfinite(value) else -inf


def _normal_scores(values: Sequence[float]) -> Floats:
    """Each value's rank as the place that a normal distribution would have there.

    A network that learned nothing is as far from a poor one as a poor one from a good one: the
    model should care for what is best, not for what has failed.
    """
    from scipy.stats import norm, rankdata  # take half a second to import

    scores: Floats = norm.ppf((rankdata(values) - 0.5) / len(values))
    return scores


def _features(distribution: BaseDistribution, places: Floats) -> Floats:
    """What the model sees of a parameter [trials, features]."""
    if isinstance(distribution, CategoricalDistribution):
        count = len(distribution.choices)
        chosen = np.minimum((places * count).astype(int), count - 1)
        shares: Floats = np.eye(count)[chosen] - 1 / count
        return shares
    centred = 2 * places - 1
    # The first Legendre polynomials: over the range, neither says anything of the other.
    return np.stack((centred, 1.5 * centred**2 - 0.5), axis=1)


def _places(distribution: BaseDistribution, values: Sequence[Any]) -> Floats:
    """Values as places from 0 to 1; of several values, the middle of each one's part."""
    if (counted := _values(distribution)) is not None:
        middle = {value: (index + 0.5) / len(counted) for index, value in enumerate(counted)}
        return np.array([middle[value] for value in values])
    assert isinstance(distribution, FloatDistribution | IntDistribution)
    low, high = float(distribution.low), float(distribution.high)
    numbers = np.array(values, dtype=np.float64)
    found: Floats = (
        np.log(numbers / low) / np.log(high / low)
        if distribution.log
        else (numbers - low) / (high - low)
    )
    return found


def _has(distribution: BaseDistribution, value: Any) -> bool:  # noqa: ANN401
    if (counted := _values(distribution)) is not None:
        return value in counted
    if (numbers := _whole_numbers(distribution)) is not None:
        return isinstance(value, int) and value in numbers
    assert isinstance(distribution, FloatDistribution | IntDistribution)
    return bool(distribution.low <= value <= distribution.high)


def _value(distribution: BaseDistribution, place: float) -> Any:  # noqa: ANN401
    """The value at a place from 0 to 1."""
    if (values := _values(distribution)) is not None:
        return values[min(int(place * len(values)), len(values) - 1)]
    if (numbers := _whole_numbers(distribution)) is not None:
        return numbers[round(place * (len(numbers) - 1))]
    assert isinstance(distribution, FloatDistribution | IntDistribution)
    low, high = float(distribution.low), float(distribution.high)
    found = low * (high / low) ** place if distribution.log else low + place * (high - low)
    if isinstance(distribution, FloatDistribution) and distribution.step is not None:
        found = on_grid(low, distribution.step, round((found - low) / distribution.step))
    found = min(max(found, low), high)
    return round(found) if isinstance(distribution, IntDistribution) else found


def _values(distribution: BaseDistribution) -> Sequence[Any] | None:
    """The values in their order, where they are counted: choices, and whole numbers, not too many.

    What is counted takes memory and time for each value.
    """
    if isinstance(distribution, CategoricalDistribution):
        return distribution.choices
    numbers = _whole_numbers(distribution)
    return None if numbers is None or len(numbers) > COUNTED else numbers


def _whole_numbers(distribution: BaseDistribution) -> range | None:
    """Whole numbers in steps; None for all else, also for those on a logarithmic scale."""
    if isinstance(distribution, IntDistribution) and not distribution.log:
        return range(distribution.low, distribution.high + 1, distribution.step)
    return None
