"""A parameter's values."""

import pytest

from hpo.study.parameter import Parameter


@pytest.mark.parametrize(("low", "high", "step"), [(0.6, 3.0, 0.2), (0.1, 0.7, 0.2), (0, 3, 1)])
def test_the_nearest_of_steps_is_never_above_the_last(low: float, high: float, step: float) -> None:
    parameter = Parameter.of("p", "train.p", {"low": low, "high": high, "step": step}, whole=False)
    assert [parameter.nearest(value) for value in (high, high + 1)] == [high, high]
    assert parameter.nearest(low - 1) == low
    assert parameter.nearest(low + 0.9 * step) == pytest.approx(low + step)
