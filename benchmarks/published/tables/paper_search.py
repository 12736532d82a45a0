"""The paper's own search: what random configurations of its space are worth."""

from __future__ import annotations

from benchmarks.published.markdown import Link, Row, Table, percent
from benchmarks.published.results import Document, Results

WORTH = "paper-search/worth.json"
SHARE = "share above an untrained network"


def worth(results: Results) -> Table:
    """Each form's random configurations beside untrained networks."""
    document = results.document(WORTH)
    rows: list[Row] = []
    for form, tried in document["details"]["worth"].items():
        share, median, best, untrained = (
            _figure(document, f"random configurations, {form} scales: {what}")
            for what in (SHARE, "median", "best", "untrained")
        )
        rows.append((Link(form, WORTH), str(len(tried)), share, median, best, untrained))
    columns = ("scales", "configurations", "above an untrained network", "median", "best")
    return Table((*columns, "untrained"), rows)


def _figure(document: Document, label: str) -> str:
    cell = next(row["here"] for row in document["rows"] if row["what"] == label)
    return percent(cell["value"], cell["standard_error"])
