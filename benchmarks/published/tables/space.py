"""What a search space's shape, its parameters and a winner's settings do."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.published.markdown import Link, Row, Table, change, percent
from benchmarks.published.results import Document, Results
from benchmarks.winner.variants import ITSELF

SHAPES = {
    "compact-literal": "`compact-literal`: rates, momenta and L2 weights as in `paper`",
    "compact-log": "`compact-log`: one rate times factors, logarithmic scales",
    "compact": "`compact`: `compact-log`, narrowed",
}
EFFECTS = {
    "centred": "drawings brought to the middle",
    "batch_norm": "normalisation behind each convolution",
    "copies": "three sizes looked at instead of one",
    "conv4.present": "a fourth convolution",
    "batch.symmetries": "batches turned and mirrored",
    "loss": "`one-shot` instead of `nca`",
    "schedule": "rates fall in two steps instead of along a cosine",
    "averaging": "mean weights of some fifty steps",
    "learning_rate": "the global rate, 0.02 to 0.5",
    "temperature": "of the softmax, 0.5 to 4",
    "resized": "drawings brought to one size, not at all to wholly",
    "distortion.affine": "0.5 to 1.5 times the paper's",
    "distortion.elastic": "0 to 0.06 of the width",
    "distortion.stroke": "0 to 0.6 of a pixel",
    "batch.characters": "24 to 48 a batch",
    "batch.drawers": "2 to 6 of each",
    "batch.alphabets": "two alphabets a batch instead of one",
    "conv1.filters": "16 to 48",
    "conv2.filters": "48 to 96",
    "conv3.filters": "64 to 160",
    "conv4.filters": "64 to 192",
    "units": "256 to 1024",
}
QUARTILES = ("0.25", "0.5", "0.75")


def shapes(results: Results) -> Table:
    """How good random configurations are in spaces of three shapes."""
    file = "replay/shapes.json"
    rows: list[Row] = [
        (
            Link(SHAPES[space["study"]], file),
            str(space["configurations"]),
            *(percent(space["quantiles"][quartile]) for quartile in QUARTILES),
            percent(space["best_of_ten"]["mean"], space["best_of_ten"]["standard_error"]),
        )
        for space in results.document(file)["spaces"]
    ]
    columns = (
        "space",
        "random configurations",
        "lower quartile",
        "median",
        "upper quartile",
        "best of ten",
    )
    return Table(columns, rows)


def effects(results: Results) -> Table:
    """What each parameter does to accuracy and time, the others being equal."""
    file = "replay/effects.json"
    document = results.document(file)
    everywhere, centred = (document[over]["parameters"] for over in ("all", "centred"))
    rows: list[Row] = [
        (
            Link(f"`{name}`", file),
            what,
            _points(everywhere[name]),
            _points(centred[name]) if name in centred else "",
            f"{everywhere[name]['times_the_seconds']:.2f}",
        )
        for name, what in EFFECTS.items()
    ]
    columns = (
        "parameter",
        "from, to",
        "points",
        "where drawings are centred",
        "times the seconds",
    )
    return Table(columns, rows)


def ablation(file: str) -> Callable[[Results], Table]:
    """The table of an ablation: a winner, and the same with one thing other.

    Args:
        file: that `benchmarks.winner.ablation table` wrote.
    """

    def table(results: Results) -> Table:
        rows: list[Row] = [
            (
                Link(_variant(row), file),
                percent(row["accuracy"], row["standard_error"]),
                "" if row["variant"] == ITSELF else _difference(row),
                f"{row['relative_seconds']:.2f}",
            )
            for row in results.document(file)["variants"]
        ]
        return Table(("variant", "accuracy", "difference", "times the time"), rows)

    return table


def _variant(row: Document) -> str:
    """A variant's name, with the extra alphabets that it was trained on."""
    extra = row.get("extra")
    return f"{row['variant']} (`{extra['name']}`)" if extra else str(row["variant"])


def _difference(row: Document) -> str:
    """What a variant gains or loses; without an error where it was trained with one seed."""
    error = row["difference_standard_error"]
    if error is None:
        return f"{100 * row['difference']:+.1f}"
    return change(row["difference"], error)


def _points(row: dict[str, float]) -> str:
    return f"{row['points']:+.1f} ± {row['points_standard_error']:.1f}"
