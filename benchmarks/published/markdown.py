"""Tables in Markdown, and how figures are written in them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.published.results import RESULTS
from hpo.runtime.wording import points


@dataclass(frozen=True)
class Link:
    """A cell that leads to a published file.

    Attributes:
        text: what is shown.
        file: the file's path below studies/results.
    """

    text: str
    file: str


Cell = str | Link
Row = tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """A table of figures.

    Attributes:
        columns: their headings.
        rows: one cell per column.
    """

    columns: Sequence[Cell]
    rows: Sequence[Row]

    def markdown(self, page: Path) -> str:
        """The table's lines, its links relative to a page's path in the project.

        >>> table = Table(["what", "figure"], [(Link("quick", "quick.json"), "98.0")])
        >>> print(table.markdown(Path("docs/results.md")))
        | what | figure |
        | --- | --- |
        | [quick](../studies/results/quick.json) | 98.0 |
        """
        lines = [self.columns, ["---"] * len(self.columns), *self.rows]
        return "\n".join(
            "|" + "|".join(f" {_text(cell, page)} " if cell else " " for cell in line) + "|"
            for line in lines
        )


def percent(value: float, error: float | None = None) -> str:
    """A share in percent, with its standard error where there is one.

    >>> percent(0.98, 0.007)
    '98.0 ± 0.7'
    """
    return points(value) + ("" if error is None else f" ± {points(error)}")


def change(value: float, error: float) -> str:
    """A difference in percentage points, with its sign and standard error.

    >>> change(-0.008, 0.001)
    '-0.8 ± 0.1'
    """
    return f"{100 * value:+.1f} ± {100 * error:.1f}"


def _text(cell: Cell, page: Path) -> str:
    if isinstance(cell, str):
        return cell
    return f"[{cell.text}]({Path(os.path.relpath(RESULTS / cell.file, page.parent)).as_posix()})"
