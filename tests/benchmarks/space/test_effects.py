"""Effects of parameters, on recorded curves whose truth is known."""

import pytest
from recording import SECONDS, recording

from benchmarks.space.effects import TRAINED, effects


def test_effects_are_found_all_others_equal_and_failures_left_out() -> None:
    recorded = recording()
    for line in recorded["curves"]:
        if line["params"]["optimiser"] == "adam":
            line["cpu_seconds"] = [2 * SECONDS] * len(line["cpu_seconds"])
    failed = sum(max(line["accuracy"]) <= TRAINED for line in recorded["curves"])
    assert failed
    found = effects(recorded)
    assert (found["configurations"], found["failed"]) == (40, failed)
    assert found["explained_variance"] == pytest.approx(1)
    points = {name: row["points"] for name, row in found["parameters"].items()}
    assert list(points)[:2] == ["distortion.affine", "optimiser"]
    assert points["optimiser"] == pytest.approx(20)
    assert points["distortion.affine"] == pytest.approx(-30)
    assert points["conv1.filters"] == pytest.approx(0, abs=0.01)
    assert found["parameters"]["optimiser"]["times_the_seconds"] == pytest.approx(2)


def test_luck_widens_the_errors() -> None:
    certain, lucky = effects(recording())["parameters"], effects(recording(seeds=2))["parameters"]
    assert certain["optimiser"]["points_standard_error"] == pytest.approx(0, abs=0.01)
    assert 0.05 < lucky["optimiser"]["points_standard_error"] < 1
    assert lucky["optimiser"]["points"] == pytest.approx(20, abs=1.5)
