"""Searches compared by training: a study and random search, each for the same time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from statistics import median

from benchmarks.published.markdown import Link, Row, Table, change, percent
from benchmarks.published.results import Document, Results

ENDED = ("complete", "pruned")
"""How trials end that were trained."""
MINUTES = (16, 20, 24)
"""Earlier ends that the searches are cut at, beside their own."""


def real_searches(files: Mapping[str, str]) -> Callable[[Results], Table]:
    """The table of a study's real searches against random search.

    Args:
        files: what each results file measured; all of them against the same random searches.
    """

    def table(results: Results) -> Table:
        rows: list[Row] = []
        for file, what in files.items():
            document = results.document(file)
            parts = document["part_of_the_time_to_the_random_searchs_final"]["repetitions"]
            gain = document["gain"]
            rows.append(
                (
                    Link(what, file),
                    _final(document, "defined"),
                    change(gain["mean"], gain["standard_error"]),
                    ", ".join(f"{part:.2f}" for part in parts),
                    f"{median(parts):.2f}",
                )
            )
        rows.append(("random, without pruning", _final(document, "random"), "", "", ""))
        columns = (
            "search",
            "best value, mean",
            "better by, points",
            "part of the time to random's last, each time",
            "median",
        )
        return Table(columns, rows)

    return table


def samplers_for_real(results: Results) -> Table:
    """Real searches of the default sampler and pruner, which are the first, and of others."""
    rows: list[Row] = []
    for space in ("compact", "deep"):
        file = f"replay/equal-time-{space}.json"
        document = results.document(file)
        repetitions, against = document["searches"], document["against"]
        rows += [
            (
                Link(f"`{space}`, `{search}`", file),
                *(", ".join(str(one[search][state]) for one in repetitions) for state in ENDED),
                ", ".join(percent(one[search]["final"]) for one in repetitions),
                *(
                    ", ".join(percent(one[search]["at_first_rung"][of]) for one in repetitions)
                    for of in ("best", "winner")
                ),
                _final(document, search),
                _gain(against[search]) if search in against else "",
            )
            for search in repetitions[0]
        ]
    columns = (
        "best value, each time",
        "best at the first rung",
        "the best value's trial there",
        "mean best value",
        "`additive` against it, points",
    )
    return Table(("space, search", *ENDED, *columns), rows)


def earlier_ends(results: Results) -> Table:
    """The same searches, had they ended earlier."""
    file = "replay/equal-time.json"
    document = results.document(file)
    whole = document["seconds"] / 60
    rows: list[Row] = []
    for minutes in (*MINUTES, whole):
        parts = [_part(search, 60 * minutes) for search in document["searches"]]
        each = ", ".join(f"{part:.2f}" for part in parts)
        rows.append((Link(f"{minutes:.0f} min", file), each, f"{median(parts):.2f}"))
    columns = ("ended after", "part of the time to random's last, each time", "median")
    return Table(columns, rows)


def _part(search: Document, seconds: float) -> float:
    """When the study was where random search ends, in parts of the time that both had."""
    level = max(value for at, value in search["random"]["best_so_far"] if at <= seconds)
    return _reached(search["defined"]["best_so_far"], level) / seconds


def _reached(best_so_far: Sequence[Sequence[float]], level: float) -> float:
    return next(at for at, value in best_so_far if value >= level)


def _gain(against: Document) -> str:
    return change(against["gain"]["mean"], against["gain"]["standard_error"])


def _final(document: Document, search: str) -> str:
    final = document["final"][search]
    return percent(final["mean"], final["standard_error"])
