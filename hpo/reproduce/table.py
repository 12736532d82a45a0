"""What an experiment gives: a table of our figures beside the original's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from matplotlib.figure import Figure

from model.evaluation.standard_error import mean_and_error


class Measured(NamedTuple):
    """A figure of ours.

    Attributes:
        value: an accuracy from 0 to 1, or whatever the column says.
        error: its standard error; None where it has none.
        over: what that is over, such as "3 seeds", "400 trials" or "10 alphabets".
    """

    value: float
    error: float | None = None
    over: str = ""


class Quoted(NamedTuple):
    """Somebody else's figure, from 0 to 1 like ours, and whose: such as "paper"."""

    value: float
    source: str


Cell = Measured | Quoted | str | int | None


class Column(NamedTuple):
    """A heading; figures below it are shown in percent or as they are."""

    heading: str
    percent: bool = True


class Row(NamedTuple):
    """A row's name, and one cell per column; None where there is nothing to say."""

    label: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """An experiment's result.

    Attributes:
        title: what was measured.
        of: what the rows are, the heading above their labels.
        columns: without that of the labels.
        rows: each with as many cells as there are columns.
        notes: sentences below the table.
        figures: pictures by file name, without ".png"; a bar chart of the table where empty.
        details: whatever else belongs into the results; only what JSON has.
    """

    title: str
    of: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    notes: Sequence[str] = ()
    figures: dict[str, Figure] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row.cells) != len(self.columns):
                raise ValueError(f"row {row.label}: {len(row.cells)} cells in another table")


def over_seeds(single: Sequence[Measured]) -> Measured:
    """The mean of one figure per seed, its error that over the seeds; a single one as it is."""
    if len(single) == 1:
        return single[0]
    values = [measured.value for measured in single]
    return Measured(*mean_and_error(values), f"{len(values)} seeds")


def told_of_several(networks: int) -> tuple[str, ...]:
    """The note below figures of several networks together; none where it is a single one.

    Example:
        >>> told_of_several(3), told_of_several(1)
        (('The figures are of 3 networks together, not of a single one.',), ())
    """
    if networks == 1:
        return ()
    return (f"The figures are of {networks} networks together, not of a single one.",)
