"""The bar chart of a table."""

from __future__ import annotations

from matplotlib.figure import Figure

from hpo.reproduce.table import Measured, Quoted, Table


def bars(table: Table) -> Figure:
    """A group of bars per row, a bar per column in percent; quoted figures are hollow."""
    columns = [i for i, column in enumerate(table.columns) if column.percent]
    figure = Figure(figsize=(max(6.0, 1.1 * len(table.rows) + 2), 4.5), layout="constrained")
    axes = figure.subplots()
    width = 0.8 / max(1, len(columns))
    for place, column in enumerate(columns):
        label: str | None = table.columns[column].heading
        for position, row in enumerate(table.rows):
            cell = row.cells[column]
            if not isinstance(cell, Measured | Quoted):
                continue
            error = cell.error if isinstance(cell, Measured) else None
            bar = axes.bar(
                position + (place - (len(columns) - 1) / 2) * width,
                100 * cell.value,
                width,
                yerr=None if error is None else 100 * error,
                capsize=3,
                facecolor=f"C{place}" if isinstance(cell, Measured) else "none",
                edgecolor=f"C{place}",
                label=label,
            )
            axes.bar_label(bar, fmt="%.1f", fontsize=7, padding=2)
            label = None  # one entry a column
    axes.set_xticks(range(len(table.rows)), [row.label for row in table.rows], rotation=30)
    for text in axes.get_xticklabels():
        text.set_horizontalalignment("right")
    axes.set_ylabel("%")
    axes.margins(y=0.1)
    axes.set_title(table.title, fontsize=10)
    if columns:
        axes.legend(fontsize=8)
    return figure
