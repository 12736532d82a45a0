"""Studies side by side, as tables on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich import box
from rich.table import Table

from hpo.compare.differences import hyperparameters, not_comparable
from hpo.compare.rows import Row, rows
from hpo.compare.studies import ComparedStudy
from hpo.console.terminal import stdout
from hpo.runtime.literal_text import visible


def print_compared(studies: Sequence[ComparedStudy]) -> None:
    """Prints studies side by side: what may not be compared, the figures, the hyperparameters."""
    out = stdout()
    for line in not_comparable(studies):
        out.print(visible(f"{line}."), soft_wrap=True)
    out.print(_table("", studies, rows(studies)))
    differing = hyperparameters(studies)
    if differing:
        values = [Row(key, row) for key, row in differing.items()]
        out.print(_table("hyperparameters that differ", studies, values))


def _table(heading: str, studies: Sequence[ComparedStudy], of: Iterable[Row]) -> Table:
    table = Table(heading, box=box.SIMPLE_HEAD)
    for study in studies:
        table.add_column(visible(study.name))
    for row in of:
        table.add_row(visible(row.what), *map(visible, row.values))
    return table
