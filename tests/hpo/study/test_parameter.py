"""A parameter's values."""

import pytest

from hpo.study.parameter import Parameter


@pytest.mark.parametrize(("low", "high", "step"), [(0.6, 3.0, 0.2), (0.1, 0.7, 0.2), (0, 3, 1)])
def test_the_nearest_of_steps_is_never_above_the_last(low: float, high: float, step: float) -> None:
    parameter = Parameter.of("p", "train.p", {"low": low, "high": high, "step": step}, whole=False)
    assert [parameter.nearest(value) for value in (high, high + 1)] == [high, high]
    assert parameter.nearest(low - 1) == low
    assert parameter.nearest(low + 0.9 * step) == pytest.approx(low + step)


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
