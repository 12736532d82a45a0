"""What the next trials are expected to gain: counted over all orders of all trials done."""

from __future__ import annotations

from itertools import pairwise, permutations
from statistics import fmean

import optuna
import pytest
from optuna.trial import FrozenTrial, TrialState

from hpo.study.definition import SamplerConfig, StopConfig, StudyConfig
from hpo.study.file import load_study
from hpo.trials.expected_gain import expected_gain, gain_in_any_order


def study(trials: int, startup: int | None = None) -> StudyConfig:
    """A study that stops by the next `trials`; its sampler is random if it has no startup."""
    sampler = SamplerConfig(name="random")
    if startup is not None:
        sampler = SamplerConfig(name="tpe", startup_trials=startup)
    changes = {"stop": StopConfig(trials=trials), "sampler": sampler}
    return load_study("glyphs").model_copy(update=changes)


def complete(*values: float) -> list[FrozenTrial]:
    return [optuna.create_trial(value=value) for value in values]


@pytest.mark.parametrize("last", [1, 2, 5])
def test_it_is_the_mean_over_all_orders(last: int) -> None:
    values = [0.3, 0.9, 0.85, 0.2, 0.85, 0.6]
    gains = [max(order) - max(order[:-last]) for order in permutations(values)]
    assert gain_in_any_order(values, last) == pytest.approx(fmean(gains))


def test_the_next_trials_gain_no_more_than_the_last_ones() -> None:
    values = [0.1, 0.5, 0.6, 0.61, 0.7, 0.9, 0.2, 0.8]
    gains = [gain_in_any_order(values, last) for last in range(8)]
    rises = [after - before for before, after in pairwise(gains)]
    assert rises == pytest.approx(sorted(rises))
    assert rises[0] < rises[-1]


def test_an_order_that_was_lucky_does_not_end_a_search() -> None:
    lucky = complete(0.9, *[0.5] * 9)
    assert expected_gain(lucky, study(trials=5)) == pytest.approx(0.4 / 2)


def test_a_late_gain_counts_whole() -> None:
    late = complete(*[0.5] * 95, 0.9, *[0.5] * 4)
    assert expected_gain(late, study(trials=5)) == pytest.approx(0.4)
    assert expected_gain(late, study(trials=4)) == pytest.approx(0.4 * 4 / 100)


def test_a_gaussian_process_is_random_until_enough_are_complete() -> None:
    """Pruned trials do not count for it, infeasible ones do."""
    gp = SamplerConfig(name="gp", startup_trials=4)
    config = study(trials=3).model_copy(update={"sampler": gp})
    pruned = optuna.create_trial(state=TrialState.PRUNED, intermediate_values={1: 0.5})
    infeasible = optuna.create_trial(value=0.0, constraints={"shortfall": 3.0})
    random = [*[pruned] * 20, *complete(0.5, 0.5, 0.5)]
    assert expected_gain(random, config) is None
    assert expected_gain([*random, infeasible, *complete(0.5, 0.5)], config) is None
    assert expected_gain([*random, infeasible, *complete(0.5, 0.5), pruned], config) == 0


@pytest.mark.parametrize(("startup", "least"), [(None, 6), (2, 6), (10, 13)])
def test_few_trials_tell_nothing(startup: int | None, least: int) -> None:
    config = study(trials=3, startup=startup)
    assert expected_gain(complete(*[0.5] * (least - 1)), config) is None
    assert expected_gain(complete(*[0.5] * least), config) == 0


def test_pruned_trials_count_as_far_as_they_came_others_do_not() -> None:
    config = study(trials=2)
    pruned = optuna.create_trial(state=TrialState.PRUNED, intermediate_values={1: 0.5, 2: 0.4})
    hopeless = optuna.create_trial(state=TrialState.PRUNED, intermediate_values={1: float("nan")})
    others = [
        optuna.create_trial(state=TrialState.FAIL),
        optuna.create_trial(state=TrialState.RUNNING, intermediate_values={1: 0.99}),
        optuna.create_trial(value=0.0, constraints={"shortfall": 3.0}),
    ]
    first = [*complete(0.9, 0.9), *others]
    assert expected_gain([*first, pruned], config) is None
    assert expected_gain([*first, pruned, hopeless], config) == pytest.approx(0.4 / 6)


def test_without_a_rule_nothing_is_expected() -> None:
    assert expected_gain(complete(*[0.5] * 50), load_study("glyphs")) is None
