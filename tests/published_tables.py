"""The published results, and the tables on the pages that show them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from benchmarks.published.headline import HEADLINE
from benchmarks.published.pages import pages
from benchmarks.published.results import PROVENANCE

PROJECT = Path(__file__).parents[1]
RESULTS = PROJECT / "studies" / "results"
ABOUT_FILES = {HEADLINE, PROVENANCE}
STUDIES = sorted(path for path in RESULTS.glob("*.json") if path.name not in ABOUT_FILES)


def figure(value: float, error: float) -> str:
    return f"{100 * value:.1f} ± {100 * error:.1f}"


def text(page: Path) -> str:
    return (PROJECT / page).read_text(encoding="utf-8")


def rows(name: str) -> list[tuple[str, list[str]]]:
    """The rows of a table on the pages: the published file that each leads to, and its cells."""
    found = []
    for page in pages(PROJECT):
        between = text(page).partition(f"<!-- table {name} -->")[2]
        for line in between.partition(f"<!-- end {name} -->")[0].splitlines():
            link = re.search(r"\((?:\.\./)?studies/results/([\w./-]+)\)", line)
            if line.startswith("|") and link:
                found.append((link[1], [cell.strip() for cell in line.split("|")[1:-1]]))
    return found


def read(file: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((RESULTS / file).read_text())
    return document


def fingerprint() -> str:
    """Of the data set that the study's published results are of."""
    found: str = read("quick.json")["fingerprint"]
    return found
