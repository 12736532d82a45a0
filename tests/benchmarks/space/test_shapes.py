"""Spaces of another shape: as the paper's, and what recordings of them are compared by."""

import gzip
import json
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from recording import recording

from benchmarks.space import shapes
from hpo.study.file import load_study
from hpo.study.space import parameters


def written(tmp_path: Path, run: Callable[..., None], *arguments: object) -> Path:
    path = tmp_path / "written.toml"
    run(shapes.main, *arguments, path)
    return path


def test_the_literal_shape_is_the_papers(tmp_path: Path, run: Callable[..., None]) -> None:
    study = load_study(str(written(tmp_path, run, "define", "compact", "literal")))
    paper, compact = load_study("paper"), load_study("compact")
    assert study.train["layers"] == paper.train["layers"]
    assert study.train["learning_rate"] == 1
    assert study.network == compact.network
    other = ("layers", "learning_rate")
    assert {k: v for k, v in study.train.items() if k not in other} == {
        k: v for k, v in compact.train.items() if k not in other
    }


def test_the_logarithmic_shape_holds_what_the_papers_does(
    tmp_path: Path, run: Callable[..., None]
) -> None:
    study = load_study(str(written(tmp_path, run, "define", "compact", "log")))
    paper: dict[str, Any] = load_study("paper").train["layers"]
    found = {p.name: p.range for p in parameters(study) if p.range is not None}
    rate, factor = found["learning_rate"], found["conv1.learning_rate"]
    assert rate.low * factor.low <= paper["learning_rate"]["low"]
    assert rate.high * factor.high >= paper["learning_rate"]["high"]
    assert (found["conv1.momentum"].low, found["conv1.momentum"].high) == (0, 1)
    assert found["conv1.l2"].high == paper["l2"]["high"]
    assert all(one.log for one in (rate, factor, found["conv1.l2"]))


def test_the_best_of_ten_is_the_mean_over_all_choices() -> None:
    accuracies = np.sort(np.random.default_rng(0).random(13))
    each = [max(chosen) for chosen in combinations(accuracies, 10)]
    assert shapes.best_of_ten(accuracies) == pytest.approx(np.mean(each))


def test_recordings_side_by_side(tmp_path: Path, run: Callable[..., None]) -> None:
    about = {"failed": [], "versions": {}, "command": "record", "cpu_hours": 1.0}
    curves = tmp_path / "curves.json.gz"
    curves.write_bytes(gzip.compress(json.dumps(recording() | about).encode()))
    run(shapes.main, "compare", tmp_path / "shapes", curves, curves)
    document = json.loads((tmp_path / "shapes.json").read_text())
    assert (tmp_path / "shapes.png").stat().st_size > 10_000
    accuracies = np.array([max(line["accuracy"]) for line in recording()["curves"]])
    for row in document["spaces"]:
        assert row["configurations"] == 40
        assert row["quantiles"]["0.5"] == pytest.approx(np.median(accuracies), abs=1e-4)
        assert row["quantiles"]["0.9"] < row["best_of_ten"]["mean"] < max(accuracies)
        assert 0 < row["best_of_ten"]["standard_error"] < 0.05


def test_what_raised_did_not_train() -> None:
    recorded = recording() | {"failed": [{"number": 99, "repeat": 0, "error": "mishap"}]}
    accuracies = shapes.best_accuracies(recorded)
    assert (len(accuracies), accuracies[0]) == (41, 0)
