"""The paper's own search: what random configurations of its space are worth, what searches find."""

from __future__ import annotations

from statistics import mean

from benchmarks.published.markdown import Link, Row, Table, change, percent
from benchmarks.published.results import Document, Results
from model.evaluation.standard_error import mean_and_error

WORTH, SEARCHES = "paper-search/worth.json", "paper-search/searches.json"
GAINS = ("gain", "gain_for_work")
TERA = 1e12
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


def searches(results: Results) -> Table:
    """Each sampler's searches in each form, beside random search."""
    details = results.document(SEARCHES)["details"]
    found, beside = details["searches"], details["beside_random"]
    rows: list[Row] = []
    for form, sampler in dict.fromkeys((one["form"], one["sampler"]) for one in found):
        of_trials, of_work = (_of(beside, form, sampler, what) for what in GAINS)
        parts = [_part(one) for one in _of(beside, form, sampler, "part")]
        complete, operations, best, by_hand = (
            _of(found, form, sampler, what)
            for what in ("complete", "operations", "best", "by_hand")
        )
        beyond = [one - other for one, other in zip(best, by_hand, strict=True)]
        rows.append(
            (
                Link(f"{form}, {sampler}", SEARCHES),
                f"{mean(complete):.0f}",
                f"{mean(operations) / TERA:.0f}",
                percent(*mean_and_error(best)),
                change(*mean_and_error(beyond)),
                change(*mean_and_error(of_trials)) if of_trials else "",
                change(*mean_and_error(of_work)) if of_work else "",
                ", ".join(parts),
            )
        )
    columns = (
        "scales, sampler",
        "complete trials",
        "operations, 10¹²",
        "best proposal",
        "above the best by hand",
        "above random, as many trials",
        "above random, as much work",
        "part of random's work until its best",
    )
    return Table(columns, rows)


def _of(entries: list[Document], form: str, sampler: str, what: str) -> list[float]:
    return [one[what] for one in entries if (one["form"], one["sampler"]) == (form, sampler)]


def _part(part: float | None) -> str:
    return "never" if part is None else f"{part:.2f}"
