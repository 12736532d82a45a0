"""The paper's own search: its space, what searches find, and the best of it trained for longer."""

from __future__ import annotations

from collections.abc import Callable
from statistics import mean

from benchmarks.published.markdown import Link, Row, Table, change, percent
from benchmarks.published.results import Document, Results
from model.evaluation.standard_error import mean_and_error

FOLDER = "paper-search"
WORTH, SEARCHES = f"{FOLDER}/worth.json", f"{FOLDER}/searches.json"
EVERY_PAIR = "every drawer pair"
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
    return _shown(cell)


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


def trained(
    part: str, heading: str, prefix: str, figures: tuple[str, ...], paper: str | None = None
) -> Callable[[Results], Table]:
    """Configurations that a part of the experiment trained, a row for each.

    Args:
        part: the part, and its file's name.
        heading: of the first column.
        prefix: what the labels of the part's rows begin with, before a configuration's name.
        figures: the columns; a label ends with one of them.
        paper: heading of a column with the paper's value of the first figure; None: no such column.
    """

    def table(results: Results) -> Table:
        rows: list[Row] = []
        for name, of_name in _by_name(results, part, prefix).items():
            if figures[0] not in of_name:  # what the searches found, which comes first
                continue
            cells = [_shown(of_name[figure]["here"]) for figure in figures]
            if paper is not None:
                cells.append(_shown(of_name[figures[0]]["original"]))
            rows.append((Link(name, f"{FOLDER}/{part}.json"), *cells))
        return Table((heading, *figures, *([paper] if paper else [])), rows)

    return table


def changes(
    part: str, heading: str, prefix: str, figures: tuple[str, ...], *, of_before: bool
) -> Callable[[Results], Table]:
    """`trained`'s table, with the difference in accuracy over every drawer pair.

    Its error is that of both rows, each over its own seeds.

    Args:
        of_before: whether a row is compared with the one before it, else with the first.
    """

    def table(results: Results) -> Table:
        plain = trained(part, heading, prefix, figures)(results)
        cells = [of[EVERY_PAIR]["here"] for of in _by_name(results, part, prefix).values()]
        differences = [""]
        for place, cell in enumerate(cells[1:]):
            other = cells[place if of_before else 0]
            error = (cell["standard_error"] ** 2 + other["standard_error"] ** 2) ** 0.5
            differences.append(change(cell["value"] - other["value"], error))
        rows = [(*row, more) for row, more in zip(plain.rows, differences, strict=True)]
        against = "the row before" if of_before else "the first row"
        return Table((*plain.columns, f"{EVERY_PAIR}, against {against}"), rows)

    return table


def _by_name(results: Results, part: str, prefix: str) -> dict[str, dict[str, Document]]:
    """The part's rows by the configuration's name, then by the figure's."""
    found: dict[str, dict[str, Document]] = {}
    for row in results.document(f"{FOLDER}/{part}.json")["rows"]:
        name, _, figure = row["what"].rpartition(": ")
        if name.startswith(prefix):
            found.setdefault(name.removeprefix(prefix), {})[figure] = row
    return found


def _shown(cell: Document) -> str:
    return percent(cell["value"], cell.get("standard_error"))


VERIFICATION = ("verification, any two characters", "verification, of one alphabet")
ONE_SHOT_TEST = ("20-way, official runs", "20-way, every drawer pair")
ONE_SHOT = ("validation, every drawer pair", "official runs", EVERY_PAIR)
PAPER_SEARCH: dict[str, Callable[[Results], Table]] = {
    "paper-search-worth": worth,
    "paper-search-searches": searches,
    "paper-search-longest": trained(
        "longest",
        "pairs seen",
        "the best, ",
        ONE_SHOT_TEST + VERIFICATION,
    ),
    "paper-search-most-epochs": trained(
        "most-epochs", "epochs, pairs seen", "the best in ", ONE_SHOT_TEST + VERIFICATION
    ),
    "paper-search-paper-size": trained(
        "paper-size", "network, pairs seen", "", ONE_SHOT_TEST + VERIFICATION
    ),
    "paper-search-splits": changes("splits", "one change", "splits, ", ONE_SHOT, of_before=False),
    "paper-search-staircase": changes(
        "staircase", "with all before it", "staircase, ", ONE_SHOT, of_before=True
    ),
    "paper-search-table1": trained(
        "table1", "training pairs", "", VERIFICATION, paper="any two, the paper"
    ),
}
"""By the table's name on the page."""
