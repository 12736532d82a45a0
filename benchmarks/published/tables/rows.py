"""How far a configuration gets with several seeds, by what it was trained on."""

from __future__ import annotations

from benchmarks.published.markdown import Link, Row, Table, percent
from benchmarks.published.results import Document, Results

ROWS = {
    "win/paper-split.json": "the paper's split, 96 epochs, composed",
    "win/near-copies.json": "the paper's split, 160 epochs, composed and near-copies",
    "win/bent.json": "the paper's split, 320 epochs, composed, near-copies and bent",
    "win/all-drawers.json": "all twenty drawers, 64 epochs",
    "win/extra-alphabets.json": "all twenty drawers and kanji, 64 epochs",
}
"""What was trained on, by the file of its figures."""


def rows(results: Results) -> Table:
    """Each row's networks by themselves and together; an error says what it is over."""
    found: list[Row] = []
    for file, what in ROWS.items():
        document = results.document(file)
        seeds = len(document["seeds"])
        minutes = f"{max(document['seconds']) / 60:.0f}"
        over, together = document["test_over_seeds"], document["test_together"]
        found += [
            (
                Link(f"{what}: one network, mean of {seeds}", file),
                *_test(over),
                _measured(document["validation"], "one_shot_accuracy"),
                minutes,
            ),
            (
                Link(f"{what}: {seeds} networks together", file),
                *_test(together),
                _measured(document["validation_together"], "accuracy"),
                minutes,
            ),
        ]
    columns = ("trained on", "official runs", "every drawer pair", "validation", "minutes")
    return Table(columns, found)


def _test(test: Document) -> tuple[str, str]:
    return (
        _measured(test, "one_shot_accuracy"),
        percent(test["every_drawer_pair_accuracy"], test["every_drawer_pair_standard_error"]),
    )


def _measured(document: Document, what: str) -> str:
    return percent(document[what], document["standard_error"])
