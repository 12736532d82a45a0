"""The sampler that learns from every trial's first rung."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, log10, nan
from typing import Any

import numpy as np
import optuna
import pytest
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.trial import TrialState, create_trial

from hpo.study import additive
from hpo.study.additive import PLACES, AdditiveSampler, value_at

SPACE: dict[str, BaseDistribution] = {
    "rate": FloatDistribution(1e-4, 1.0, log=True),
    "momentum": FloatDistribution(0.0, 1.0),
    "filters": IntDistribution(16, 64, step=16),
    "units": IntDistribution(8, 512, log=True),
    "loss": CategoricalDistribution(["pairs", "nca", "one-shot"]),
    **{f"idle{number}": FloatDistribution(0.0, 1.0) for number in range(10)},
}
Params = dict[str, Any]


def merit(params: Params) -> float:
    """Best at a rate of 0.01, no momentum, 48 filters and the loss "nca"; 0 at most."""
    return -(
        (log10(params["rate"]) + 2) ** 2
        + 2 * params["momentum"]
        + ((params["filters"] - 48) / 16) ** 2 / 2
        + (params["loss"] != "nca")
    )


def drawn(dice: np.random.Generator) -> Params:
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(int(dice.integers(2**31))))
    return study.ask(SPACE).params


def study_of(
    first_rung: Callable[[Params], float], trials: int, end: Callable[[Params], float | None]
) -> optuna.Study:
    """Random trials; where `end` gives no value they are pruned at the first rung."""
    study, dice = optuna.create_study(direction="maximize"), np.random.default_rng(0)
    for _ in range(trials):
        params = drawn(dice)
        value = end(params)
        reports = {2: first_rung(params)} | ({} if value is None else {6: value})
        state = TrialState.PRUNED if value is None else TrialState.COMPLETE
        study.add_trial(
            create_trial(
                state=state,
                value=value,
                params=params,
                distributions=SPACE,
                intermediate_values=reports,
            )
        )
    return study


def proposals(study: optuna.Study, count: int = 20, startup: int = 10) -> list[Params]:
    """Of so many workers that ask at the same time."""
    trial = study.trials[-1]
    return [
        AdditiveSampler(SPACE, 2, startup, seed).sample_relative(study, trial, SPACE)
        for seed in range(count)
    ]


@pytest.fixture
def pruned() -> optuna.Study:
    return study_of(merit, trials=60, end=lambda params: None)


def test_it_learns_from_trials_that_were_all_pruned(pruned: optuna.Study) -> None:
    best = sorted(merit(trial.params) for trial in pruned.trials)
    found = [merit(params) for params in proposals(pruned)]
    assert np.median(found) > best[-3]
    assert all(merit_found > np.median(best) for merit_found in found)


def test_what_trials_reached_later_does_not_count() -> None:
    """A few were let through, and came out the wrong way round."""
    let_through = study_of(merit, 60, lambda p: -merit(p) if p["momentum"] > 0.8 else None)
    momenta = [params["momentum"] for params in proposals(let_through)]
    assert np.mean(momenta) < 0.3


def test_those_who_ask_at_the_same_time_get_different_proposals(pruned: optuna.Study) -> None:
    found = proposals(pruned)
    assert len({tuple(params.values()) for params in found}) == len(found)
    assert found == proposals(pruned)


def test_half_of_the_proposals_take_half_of_their_values_from_one_of_the_best(
    pruned: optuna.Study,
) -> None:
    ranked = sorted(pruned.trials, key=lambda trial: -merit(trial.params))
    numbers = [name for name in SPACE if isinstance(SPACE[name], FloatDistribution)]
    kept = np.array(
        [
            [sum(params[n] == trial.params[n] for n in numbers) for trial in ranked]
            for params in proposals(pruned, count=100)
        ]
    )
    crossed = kept.any(1)
    assert 35 < crossed.sum() < 65
    assert not kept[:, 5:].any()
    assert all(np.count_nonzero(kept[crossed], axis=1) == 1)
    assert 0.4 < kept.max(1)[crossed].mean() / len(numbers) < 0.6


def test_ranges_in_steps_have_proposals_of_its_own() -> None:
    """Optuna draws a value at random, and says nothing, where a proposal is none of the range."""
    space: dict[str, BaseDistribution] = {
        "affine": FloatDistribution(0.1, 1.6, step=0.5),
        "decay": FloatDistribution(0.0, 1e5, step=0.1),
    }
    study = optuna.create_study(direction="maximize")
    for number in range(40):
        trial = study.ask(space)
        trial.report(trial.params["affine"] + trial.params["decay"] / 1e5, 2)
        study.tell(trial, state=TrialState.PRUNED)
        study.sampler = AdditiveSampler(space, 2, 10, number)
    found = [trial.params for trial in study.trials[20:]]
    assert all(
        distribution._contains(params[name])
        for params in found
        for name, distribution in space.items()
    )
    assert sum(params["affine"] == 1.6 for params in found) > 15
    assert {params["affine"] for params in (t.params for t in study.trials)} == {0.1, 0.6, 1.1, 1.6}


@pytest.mark.parametrize(("place", "value"), [(3 / 8, 0.3), (6 / 8, 0.6), (7 / 8, 0.7)])
def test_steps_of_fractions_are_the_decimals_that_a_study_names(place: float, value: float) -> None:
    assert additive._value(FloatDistribution(0.0, 0.8, step=0.1), place) == value


def test_every_proposal_is_a_value_of_the_space_and_every_value_is_proposed() -> None:
    nothing_to_learn = study_of(lambda params: 0.5, 20, lambda params: None)
    found = proposals(nothing_to_learn, count=200)
    for params in found:
        create_trial(value=0.0, params=params, distributions=SPACE)  # an error if it is none
    for name, values in {"filters": {16, 32, 48, 64}, "loss": {"pairs", "nca", "one-shot"}}.items():
        assert {params[name] for params in found} == values
    for name in ("rate", "momentum", "units"):
        assert len({params[name] for params in found}) > 20


def test_it_is_random_until_enough_trials_have_a_value(pruned: optuna.Study) -> None:
    assert proposals(pruned, startup=61) == [{}] * 20


def test_it_turns_from_what_may_not_exist(pruned: optuna.Study) -> None:
    def may_not(params: Params) -> float:
        return params["filters"] - 40.0

    limited = optuna.create_study(direction="maximize")
    for trial in pruned.trials:
        attrs = {"constraints:filters": may_not(trial.params)}
        limited.add_trial(
            create_trial(
                state=TrialState.PRUNED,
                params=trial.params,
                distributions=SPACE,
                intermediate_values=trial.intermediate_values,
                system_attrs=attrs,
            )
        )
    assert limited.trials[0].constraints
    refused = [may_not(params) > 0 for params in proposals(limited, startup=5)]
    assert sum(refused) < 4
    assert sum(may_not(params) > 0 for params in proposals(pruned)) > 12


@pytest.mark.parametrize(
    ("state", "reports", "violation", "expected"),
    [
        (TrialState.COMPLETE, {1: 0.1, 2: 0.2, 3: 0.3}, 0, 0.2),
        (TrialState.PRUNED, {1: 0.1, 2: 0.2}, 0, 0.2),
        (TrialState.PRUNED, {1: 0.1}, 0, 0.1),
        (TrialState.PRUNED, {1: 0.1, 2: nan}, 0, -inf),
        (TrialState.PRUNED, {}, 0, None),
        (TrialState.RUNNING, {1: 0.1}, 0, None),
        (TrialState.RUNNING, {1: 0.1, 2: 0.2}, 0, 0.2),
        (TrialState.FAIL, {1: 0.1, 2: 0.2}, 0, None),
        (TrialState.WAITING, {}, 0, None),
        (TrialState.COMPLETE, {}, 3, -inf),
    ],
)
def test_what_a_trial_reached_at_the_rung(
    state: TrialState, reports: dict[int, float], violation: float, expected: float | None
) -> None:
    value = 0.9 if state is TrialState.COMPLETE else None
    attrs = {"constraints:shortfall": violation}
    trial = create_trial(state=state, value=value, intermediate_values=reports, system_attrs=attrs)
    assert value_at(trial, 2) == expected


@pytest.mark.parametrize(
    ("name", "distribution", "value"),
    [
        ("filters", IntDistribution(1, 200), 100),
        ("filters", IntDistribution(1, 200), 40),
        ("units", IntDistribution(0, 10**6, step=1), 0),
        ("rate", FloatDistribution(-1.0, 2.0), -1.0),
        ("momentum", FloatDistribution(0.0, 7.0), 7.0),
        ("loss", CategoricalDistribution(["hinge", "nca"]), "hinge"),
    ],
)
def test_a_trial_of_another_space_teaches_nothing(
    name: str, distribution: BaseDistribution, value: float | str
) -> None:
    """As another program may add one."""
    study = study_of(merit, 12, merit)
    before = proposals(study, 4)
    foreign = drawn(np.random.default_rng(1)) | {name: value}
    study.add_trial(
        create_trial(
            value=1.0,
            params=foreign,
            distributions=SPACE | {name: distribution},
            intermediate_values={2: 1.0, 6: 1.0},
        )
    )
    assert proposals(study, 4) == before


@pytest.mark.parametrize(
    "wide",
    [
        IntDistribution(0, 1_000_000),
        IntDistribution(-500, 500),  # one more than are counted
        IntDistribution(5, 5 + 7 * 200_000, step=7),
        IntDistribution(-(2**31) + 1, 2**31 - 1),
        IntDistribution(1, 1_000_000, log=True),
    ],
)
def test_of_a_wide_range_few_values_are_looked_at(
    wide: IntDistribution, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at: list[int] = []
    features = additive._features

    def counted(distribution: BaseDistribution, places: additive.Floats) -> additive.Floats:
        looked_at.append(len(places))
        return features(distribution, places)

    monkeypatch.setattr(additive, "_features", counted)
    space, numbers = {"wide": wide}, range(wide.low, wide.high + 1, wide.step)
    study, dice = optuna.create_study(direction="maximize"), np.random.default_rng(0)
    for place in dice.random(20):
        params = {"wide": numbers[int(place * len(numbers))]}
        reports = {2: -abs(place - 0.75)}
        study.add_trial(
            create_trial(value=0.5, params=params, distributions=space, intermediate_values=reports)
        )
    found = [
        AdditiveSampler(space, 2, 10, seed).sample_relative(study, study.trials[-1], space)["wide"]
        for seed in range(50)
    ]
    assert max(looked_at) == PLACES
    assert all(type(value) is int and value in numbers for value in found)
    assert len(set(found)) > 20
    assert 0.6 < np.median([numbers.index(value) for value in found]) / len(numbers) < 0.9
