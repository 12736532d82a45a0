"""Choices after a replayed search, where the truth is known."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from recording import EPOCHS, SECONDS, packed, recording

from benchmarks.replay.__main__ import main
from benchmarks.replay.finalists import Finalists, _search, recorded_seeds
from benchmarks.replay.searches import own_search, searched, surrogate_of
from benchmarks.replay.simulator import Simulation


def test_the_mean_over_the_seeds_chooses() -> None:
    found = Finalists(
        values=np.array([0.9, 0.8, 0.7]),
        truths=np.array([0.6, 0.8, 0.7]),
        retrained=np.array([[0.7, 0.5], [0.75, 0.85], [0.8, 0.6]]),
        seconds=np.array([10.0, 20.0, 30.0]),
        search=100.0,
    )
    assert [found.chosen(3, 1), found.chosen(3, 2), found.chosen(2, 1)] == [2, 1, 1]
    assert found.gain(3, 2) == pytest.approx(0.2)
    assert found.gain(1, 2) == 0
    assert found.time(2, 2) == pytest.approx(0.6)


def test_without_luck_the_first_is_the_best_and_retraining_gains_nothing(
    tmp_path: Path, run: Callable[..., None]
) -> None:
    curves, output = packed(tmp_path), tmp_path / "out" / "finalists"
    run(main, "finalists", curves, output, "--repetitions", 2, "--workers", 1)
    document = json.loads(output.with_suffix(".json").read_text())
    assert output.with_suffix(".png").stat().st_size > 10_000
    for row in document["by_finalists"]:
        assert row["first_is_truly_best"]["mean"] == 1
        for of_seeds in row["by_seeds"]:
            assert of_seeds["gain_over_the_first"] == {"mean": 0, "standard_error": 0}
            if row["there_were"] == row["finalists"] > 1:
                assert of_seeds["rank_correlation_of_means"]["mean"] == pytest.approx(1)
    surrogate = surrogate_of(curves, "trees")
    search = own_search(surrogate.study)
    walls = [
        Simulation(searched(surrogate.study, search, r), surrogate, 1, trials=10).run().wall
        for r in range(2)
    ]
    once = EPOCHS * SECONDS
    two_seeds = document["by_finalists"][0]["by_seeds"][1]["part_of_the_searchs_time"]["mean"]
    assert two_seeds == pytest.approx(np.mean([2 * once / wall for wall in walls]), abs=1e-4)


def test_fresh_seeds_are_fresh(tmp_path: Path) -> None:
    found = _search(packed(tmp_path, seeds=3), "trees", 1, 10, 0)
    for own, truth in zip(found.retrained, found.truths, strict=True):
        assert len(set(own)) > 1
        assert own.mean() == pytest.approx(truth, abs=0.02)
    assert found.values.tolist() == sorted(found.values, reverse=True)


def line(number: int, repeat: int, best: float, loss: float | None = 1.0) -> dict[str, Any]:
    return {"number": number, "repeat": repeat, "accuracy": [0.1, best], "loss": [1.0, loss]}


def test_seeds_as_recorded() -> None:
    bests = {0: (0.2, 0.3), 1: (0.4, 0.5), 2: (0.7, 0.6), 3: (0.8, 0.9), 4: (0.6, 0.7)}
    curves = [line(n, r, best) for n, pair in bests.items() for r, best in enumerate(pair)]
    curves += [line(5, 0, 0.5), line(6, 0, 0.5), line(6, 1, 0.5, None)]
    found = recorded_seeds({"curves": curves})
    assert found["left_out"] == 1
    # Of ten pairs one is the other way round by the second seed.
    assert (found["all"]["configurations"], found["all"]["rank_correlation"]) == (5, 0.8)
    assert found["all"]["standard_deviation_of_a_seed"] == pytest.approx(0.1 / 2**0.5, abs=1e-5)
    assert found["better_half"]["configurations"] == 3


def test_luck_is_seen_in_the_recording() -> None:
    found = recorded_seeds(recording(seeds=3))["all"]
    assert found["standard_deviation_of_a_seed"] == pytest.approx(0.01, rel=0.2)
    assert 0.7 < found["rank_correlation"] < 1
    assert 0 < found["its_standard_error"] < 0.1
