"""What is published of the time that storage and Optuna take: with and without proposals alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.published.headline import SOURCES, figures
from benchmarks.published.results import RESULTS, Results, ResultsError
from benchmarks.published.tables.speed import overhead

OLDER: dict[str, Any] = {
    "benchmark": "overhead of storage and Optuna",
    "sampler": "tpe",
    "storage": "sqlite",
    "seconds_a_trial": {"100": 0.112, "1000": 0.151},
    "fraction_at_1000": 0.0056,
}
NEWER = OLDER | {
    "sampler": "additive",
    "of_proposing": {"100": 0.0338, "1000": 0.0513},
    "seconds_of_a_quick_trial": 5.2,
    "proposing_fraction_at_1000": 0.00983,
}


def with_lines(folder: Path, *lines: dict[str, Any]) -> Results:
    results = Results(folder)
    results.folder.mkdir(parents=True, exist_ok=True)
    text = "".join(f"{json.dumps(line)}\n" for line in lines)
    (results.folder / "workers.jsonl").write_text(text)
    return results


def test_lines_without_the_time_of_proposals_are_shown_as_before(tmp_path: Path) -> None:
    table = overhead(with_lines(tmp_path, OLDER))
    assert list(table.columns) == [
        *("sampler", "storage", "at 100 trials", "at 1,000 trials"),
        "of a trial of `quick`, at 1,000",
    ]
    (row,) = table.rows
    assert row[1:] == ("SQLite", "0.11 s", "0.15 s", "0.6 %")


def test_the_time_of_proposals_stands_beside_where_it_was_measured(tmp_path: Path) -> None:
    table = overhead(with_lines(tmp_path, OLDER, NEWER))
    assert list(table.columns[-2:]) == [
        "to propose alone, at 100 trials",
        "to propose alone, at 1,000 trials",
    ]
    older, newer = table.rows
    assert older[-2:] == ("", "")
    assert newer[-2:] == ("0.034 s", "0.051 s")
    assert len(older) == len(newer) == len(table.columns)


def test_the_part_of_a_trial_that_asking_takes_is_in_the_headline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking = [s for s in SOURCES if s.name.startswith("search.asking_fraction.1000")]
    monkeypatch.setattr("benchmarks.published.headline.SOURCES", asking)
    with pytest.raises(ResultsError, match=r"workers\.jsonl"):
        figures(with_lines(tmp_path, OLDER))
    on_both = (NEWER, NEWER | {"storage": "postgres", "proposing_fraction_at_1000": 0.011})
    found = figures(with_lines(tmp_path, OLDER, *on_both))
    assert [(f.name, f.value, f.unit) for f in found] == [
        ("search.asking_fraction.1000", 0.0098, "times"),
        ("search.asking_fraction.1000.postgres", 0.011, "times"),
    ]
    assert {f.file for f in found} == {(RESULTS / "workers.jsonl").as_posix()}
