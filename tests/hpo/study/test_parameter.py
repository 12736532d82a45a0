"""A parameter's values."""

import pytest
from optuna.distributions import FloatDistribution

from data.errors import InputError
from hpo.study.parameter import Parameter


@pytest.mark.parametrize(("low", "high", "step"), [(0.6, 3.0, 0.2), (0.1, 0.7, 0.2), (0, 3, 1)])
def test_the_nearest_of_steps_is_never_above_the_last(low: float, high: float, step: float) -> None:
    parameter = Parameter.of("p", "train.p", {"low": low, "high": high, "step": step}, whole=False)
    assert [parameter.nearest(value) for value in (high, high + 1)] == [high, high]
    assert parameter.nearest(low - 1) == low
    assert parameter.nearest(low + 0.9 * step) == pytest.approx(low + step)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("low", "step"), [(0.0, 0.1), (0.1, 0.2), (-0.3, 0.1), (1e-3, 1e-4)])
def test_every_step_is_an_end_that_optuna_takes(low: float, step: float) -> None:
    table = {"low": low, "high": float(f"{low + 50 * step:.9g}"), "step": step}
    parameter = Parameter.of("p", "train.p", table, whole=False)
    ends = [parameter.nearest(low + number * step) for number in range(50)]
    for end in ends:
        narrower = Parameter.of("p", "train.p", table | {"low": end}, whole=False)
        assert narrower.distribution == FloatDistribution(end, table["high"], step=step)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("low", "high"), [(0.1 + 0.2, 0.8), (0.1, 0.1 + 0.2), (0.1 + 0.2, 0.7)])
def test_sums_of_steps_as_older_files_have_them_are_the_decimals(low: float, high: float) -> None:
    parameter = Parameter.of("p", "p", {"low": low, "high": high, "step": 0.1}, whole=False)
    assert parameter.distribution == FloatDistribution(round(low, 1), round(high, 1), step=0.1)
    assert parameter.values == (round(low, 1), round(high, 1))


@pytest.mark.parametrize(
    ("low", "high", "step"),
    [(0.0, 0.31, 0.1), (0.0, 1.0, 0.333333333333), (0, 1, 1 / 3)],
)
def test_a_range_whose_last_step_optuna_would_leave_out_is_a_mistake(
    low: float, high: float, step: float
) -> None:
    table = {"low": low, "high": high, "step": step}
    with pytest.raises(InputError, match=rf"^p: high {high} must be low {low} plus a multiple"):
        Parameter.of("p", "p", table, whole=False)


@pytest.mark.parametrize(
    ("table", "whole", "has", "has_not"),
    [
        ({"low": 2, "high": 8, "step": 2}, True, [2, 8], [0, 3, 10, 4.0, True, "4", None]),
        ({"low": 0.1, "high": 0.7, "step": 0.2}, False, [0.1, 0.1 + 2 * 0.2, 0.7], [0.2, 0.9]),
        ({"low": 1e-3, "high": 1.0, "log": True}, False, [1e-3, 0.5, 1], [0.0, 1.1, float("nan")]),
        ({"choices": [1, "a"]}, True, [1, "a"], [True, "b", None, [1]]),
        ({"choices": [True, False]}, True, [True], [1, 0]),
    ],
)
def test_which_values_a_trial_may_have(
    table: dict[str, object], whole: bool, has: list[object], has_not: list[object]
) -> None:
    parameter = Parameter.of("p", "train.p", table, whole)
    assert [value for value in [*has, *has_not] if parameter.has(value)] == has


HUGE = 10**400


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"low": 1, "high": HUGE, "step": 1}, "high should be between -2147483647 and 2147483647"),
        ({"low": 1, "high": HUGE, "prior": 5}, "high should be between -2147483647 and 2147483647"),
        (
            {"low": 1, "high": 16**9000},
            "high should be between -2147483647 and 2147483647, not 0x1",
        ),
        ({"low": -HUGE, "high": 3, "log": True}, "low should be between "),
        ({"low": 1, "high": 3, "step": HUGE}, "step should be between "),
        ({"low": 1, "high": 3, "prior": HUGE}, "prior should be between "),
        ({"low": 1, "high": 3, "step": 4}, "high 3 must be low 1 plus a multiple of step 4"),
    ],
)
def test_numbers_that_none_computes_with_are_a_mistake(
    table: dict[str, object], said: str, whole: bool
) -> None:
    with pytest.raises(InputError) as error:
        Parameter.of("units", "network.units", table, whole)
    assert str(error.value).startswith(f"network.units: {said}")
    assert len(str(error.value)) < 300


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"low": 0.0, "high": 1.0, "step": 1e-320}, r"step 1e-320 should be 1e-16 or more"),
        ({"low": 0.0, "high": 1.0, "step": 1e-17}, r"step 1e-17 should be 1e-16 or more"),
        ({"low": 0.0, "high": 1e-320, "step": 1e9}, r"high 1e-320 must be low 0.0 plus a multiple"),
        ({"low": 0.0, "high": 1e308}, r"high should be between "),
    ],
)
def test_steps_that_none_can_count_are_a_mistake(table: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=f"learning_rate: {said}"):
        Parameter.of("p", "train.layers.learning_rate", table, whole=False)
