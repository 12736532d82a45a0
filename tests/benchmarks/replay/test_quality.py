"""Replayed searches compared after equal time."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from recording import EPOCHS, SECONDS, packed

from benchmarks.replay.__main__ import main


def test_quality_compares_after_the_whole_time_and_earlier(
    tmp_path: Path, run: Callable[..., None]
) -> None:
    output, search = tmp_path / "quality", "random/successive-halving"
    options = ("--repetitions", 3, "--trials", 12, "--workers", 1, "--searches", search)
    run(main, "quality", packed(tmp_path), output, *options)
    document = json.loads(output.with_suffix(".json").read_text())
    assert output.with_suffix(".png").stat().st_size > 10_000
    assert document["seconds"] == pytest.approx(12 * EPOCHS * SECONDS, abs=0.1)
    searches = document["searches"]
    assert searches["random/none"]["complete"] == 12
    part = searches[search]["part_of_the_time_to_the_level"]["0.5"]
    assert part < searches["random/none"]["part_of_the_time_to_the_level"]["0.5"]
    # A quarter of the time is three trainings to their end.
    quarter, *_, last = document["earlier"]
    assert quarter["seconds"] == pytest.approx(3 * EPOCHS * SECONDS, abs=0.1)
    assert quarter["part_of_the_time_to_the_level"]["random/none"] in (
        pytest.approx(1 / 3, abs=0.001),
        pytest.approx(2 / 3, abs=0.001),
        1.0,
    )
    assert quarter["level"] <= last["level"] <= document["level"]
