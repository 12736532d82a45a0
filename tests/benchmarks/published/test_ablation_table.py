"""What is published of an ablation: each variant a row, extra alphabets by their name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.published.results import RESULTS, Results
from benchmarks.published.tables.space import ablation
from benchmarks.winner.variants import ITSELF

FILE = "ablation/some.json"


def row(variant: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    found = {"accuracy": 0.9, "standard_error": 0.01, "difference": 0.02}
    return (
        found
        | {
            "variant": variant,
            "difference_standard_error": 0.005,
            "relative_seconds": 1.5,
        }
        | changes
    )


def cells(folder: Path, *rows: dict[str, Any]) -> list[list[str]]:
    path = folder / RESULTS / FILE
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"variants": rows}))
    lines = ablation(FILE)(Results(folder)).markdown(Path("docs/space.md")).splitlines()[2:]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines]


def test_more_drawers_and_extra_alphabets_are_rows_of_their_own(tmp_path: Path) -> None:
    extra = {"name": "folder:scripts", "fingerprint": "abc"}
    itself, drawers, alphabets = cells(
        tmp_path,
        row(ITSELF, difference=0.0, difference_standard_error=0.0),
        row("all drawers", difference=-0.001),
        row("extra alphabets", extra=extra, difference=0.0),
    )
    link = f"(../studies/results/{FILE})"
    assert itself == [f"[{ITSELF}]{link}", "90.0 ± 1.0", "", "1.50"]
    assert drawers == [f"[all drawers]{link}", "90.0 ± 1.0", "-0.1 ± 0.5", "1.50"]
    name = f"[extra alphabets (`folder:scripts`)]{link}"
    assert alphabets == [name, "90.0 ± 1.0", "+0.0 ± 0.5", "1.50"]


def test_what_was_trained_with_one_seed_has_no_error(tmp_path: Path) -> None:
    once = {"standard_error": None, "difference_standard_error": None}
    _, drawers = cells(tmp_path, row(ITSELF, **once), row("all drawers", **once))
    assert drawers[1:3] == ["90.0", "+2.0"]
