"""The files that are written from published results: README.md, docs/*.md and headline.json."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from benchmarks.published.headline import HEADLINE, figures
from benchmarks.published.markers import fill
from benchmarks.published.results import RESULTS, Results
from benchmarks.published.tables.registry import TABLES


def pages(project: Path) -> list[Path]:
    """Paths of the documents that may hold tables, relative to the project's folder."""
    found = [project / "README.md", *sorted((project / "docs").glob("*.md"))]
    return [path.relative_to(project) for path in found]


def written(project: Path) -> dict[Path, str]:
    """What each file should hold, by its path relative to the project's folder.

    Raises:
        MarkerError: a page has a marker that cannot be followed.
        ResultsError: a results file is missing, or lacks a figure.
    """
    results = Results(project)
    table = cache(lambda name: TABLES[name](results))
    texts = {
        page: fill(
            (project / page).read_text(encoding="utf-8"),
            page.as_posix(),
            TABLES,
            lambda name, page=page: table(name).markdown(page),  # type: ignore[misc]
        )
        for page in pages(project)
    }
    entries = [figure.model_dump() for figure in figures(results)]
    texts[RESULTS / HEADLINE] = json.dumps(entries, indent=2, ensure_ascii=False) + "\n"
    return texts


def differing(project: Path) -> dict[Path, str]:
    """What is to be written: `written`, without the files that hold just that already."""

    def held(path: Path) -> str | None:
        return path.read_text(encoding="utf-8") if path.exists() else None

    return {path: text for path, text in written(project).items() if held(project / path) != text}
