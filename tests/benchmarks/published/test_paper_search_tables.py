"""What is published of the paper's search: configurations a part trained, and what each changes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.published.results import RESULTS, Results
from benchmarks.published.tables.paper_search import PAPER_SEARCH

COLUMNS = ("validation, every drawer pair", "official runs", "every drawer pair")


def measured(value: float, error: float) -> dict[str, Any]:
    return {"value": value, "standard_error": error, "over": "2 seeds"}


def published(folder: Path, part: str, rows: list[dict[str, Any]]) -> list[list[str]]:
    """The cells of the part's table, line by line."""
    path = folder / RESULTS / "paper-search" / f"{part}.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"rows": rows}))
    table = PAPER_SEARCH[f"paper-search-{part}"](Results(folder))
    lines = table.markdown(Path("docs/paper-search.md")).splitlines()
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines]


@pytest.mark.parametrize(
    ("part", "against", "last"),
    [("splits", "the first row", "+3.0 ± 0.5"), ("staircase", "the row before", "+5.0 ± 0.5")],
)
def test_what_each_change_adds(part: str, against: str, last: str, tmp_path: Path) -> None:
    rows = [{"what": "gp search, literal scales: best on validation", "here": measured(0.5, 0.1)}]
    for name, value in (("first", 0.7), ("second", 0.68), ("third: L2", 0.73)):
        figures = zip(COLUMNS, (0.6, 0.8, value), (0.01, 0.02, 0.003), strict=True)
        rows += [
            {"what": f"{part}, {name}: {figure}", "here": measured(of_it, error)}
            for figure, of_it, error in figures
        ]
    rows[-1]["here"]["standard_error"] = 0.004
    head, _, first, second, third = published(tmp_path, part, rows)
    assert head[1:] == [*COLUMNS, f"every drawer pair, against {against}"]
    link = f"(../studies/results/paper-search/{part}.json)"
    assert first == [f"[first]{link}", "60.0 ± 1.0", "80.0 ± 2.0", "70.0 ± 0.3", ""]
    assert second[-1] == "-2.0 ± 0.4"
    assert third == [f"[third: L2]{link}", "60.0 ± 1.0", "80.0 ± 2.0", "73.0 ± 0.4", last]


def test_what_the_searches_found_is_no_row_of_a_training(tmp_path: Path) -> None:
    rows = [{"what": "gp search, literal scales: best on validation", "here": measured(0.5, 0.1)}]
    figures = (
        *("20-way, official runs", "20-way, every drawer pair"),
        *("verification, any two characters", "verification, of one alphabet"),
    )
    rows += [
        {"what": f"the best, 1 M pairs: {figure}", "here": measured(0.7, 0.02)}
        for figure in figures
    ]
    head, _, *trained = published(tmp_path, "paper-size", rows)
    assert head == ["network, pairs seen", *figures]
    assert [row[0].partition("]")[0] for row in trained] == ["[the best, 1 M pairs"]
    assert trained[0][1:] == 4 * ["70.0 ± 2.0"]


def test_verification_stands_beside_the_papers(tmp_path: Path) -> None:
    name = "30k pairs, no distortions"
    quoted = {"value": 0.9061, "quoted": "paper"}
    any_two = {"what": f"{name}: verification, any two characters", "here": measured(0.91, 0.004)}
    one_alphabet = {"what": f"{name}: verification, of one alphabet", "here": measured(0.83, 0.005)}
    rows = [any_two | {"original": quoted}, one_alphabet | {"original": None}]
    head, _, row = published(tmp_path, "table1", rows)
    assert head[-1] == "any two, the paper"
    assert row[1:] == ["91.0 ± 0.4", "83.0 ± 0.5", "90.6"]
