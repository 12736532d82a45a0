"""An experiment's table as JSON, Markdown and pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from data.whole_files import clear_begun, replacing
from hpo.reproduce.chart import bars
from hpo.reproduce.table import Cell, Column, Measured, Quoted, Table
from hpo.runtime.files import write_json, write_text
from hpo.runtime.provenance import Computer
from hpo.storage.workspace import TrainedFolder


class About(BaseModel):
    """How an experiment's figures came about.

    Attributes:
        size: size of the pictures, "small, 35x35" or "paper, 105x105".
        seconds: seconds that it took, without trainings that were done before.
    """

    experiment: str
    dataset: str
    fingerprint: str
    size: str
    seeds: int
    seconds: float
    versions: dict[str, str]
    commit: str | None
    computer: Computer
    device: str


def write_results(table: Table, about: About, folder: Path) -> str:
    """Leaves results.md, the pictures, and last of all the results as JSON in a folder.

    Args:
        table: the result.
        about: how it came about.
        folder: made where it is missing.

    Returns:
        The content of results.md.
    """
    clear_begun(folder)
    figures = table.figures or {about.experiment: bars(table)}
    for name, figure in figures.items():
        with replacing(folder / f"{name}.png") as partial:
            figure.savefig(partial, format="png", dpi=150)
    text = to_markdown(table, about, list(figures))
    write_text(folder / "results.md", text)
    write_json(TrainedFolder(folder).results, about.model_dump(mode="json") | to_document(table))
    return text


def to_document(table: Table) -> dict[str, Any]:
    """The table for JSON: a row is its label and a cell per heading, accuracies from 0 to 1."""
    headings = [column.heading for column in table.columns]
    return {
        "title": table.title,
        "rows": [
            {table.of: row.label}
            | {h: _plain(cell) for h, cell in zip(headings, row.cells, strict=True)}
            for row in table.rows
        ],
        "notes": list(table.notes),
        "details": table.details,
    }


def to_markdown(table: Table, about: About, figures: Sequence[str]) -> str:
    """The table for people: what is quoted says so, standard errors say what they are over."""
    headings = [c.heading + (" %" if c.percent else "") for c in table.columns]
    rows = [
        [row.label, *(_shown(c, h) for c, h in zip(row.cells, table.columns, strict=True))]
        for row in table.rows
    ]
    cells = [cell for row in table.rows for cell in row.cells]
    over = sorted({c.over for c in cells if isinstance(c, Measured) and c.error is not None})
    sources = sorted({c.source for c in cells if isinstance(c, Quoted)})
    notes = list(table.notes)
    if over:
        notes.append(f"± is the standard error over {', '.join(over)}.")
    if sources:
        notes.append(f"In italics: quoted, not measured here ({', '.join(sources)}).")
    if about.dataset != "omniglot":
        notes.append(f"Measured on {about.dataset}, not on Omniglot: quotations do not apply.")
    parts = [
        [f"# {about.experiment}: {table.title}"],
        [_line(line) for line in ([table.of, *headings], ["---"] * (1 + len(headings)), *rows)],
        [f"- {note}" for note in notes],
        [f"![{name}]({name}.png)" for name in figures],
        [_sentence(about)],
    ]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _shown(cell: Cell, column: Column) -> str:
    if isinstance(cell, Measured):
        error = "" if cell.error is None else f" ± {_number(cell.error, column)}"
        return _number(cell.value, column) + error
    if isinstance(cell, Quoted):
        return f"*{_number(cell.value, column)}*"
    return "" if cell is None else str(cell)


def _number(value: float, column: Column) -> str:
    if column.percent:
        return f"{100 * value:.2f}"
    return f"{value:.4g}" if abs(value) < 1000 else f"{value:.0f}"  # and not 1.235e+04


def _plain(cell: Cell) -> Any:  # noqa: ANN401
    if isinstance(cell, Measured):
        return {"value": cell.value, "standard_error": cell.error, "over": cell.over}
    if isinstance(cell, Quoted):
        return {"value": cell.value, "quoted": cell.source}
    return cell


def _sentence(about: About) -> str:
    """How it came about, in one line."""
    versions = ", ".join(f"{name} {number}" for name, number in about.versions.items())
    return (
        f"Size {about.size}, {about.dataset}; seeds {about.seeds}; {about.seconds} s"
        f" on {about.device} ({about.computer}); {versions}."
    )
