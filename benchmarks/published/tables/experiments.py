"""The paper's experiments, and others', beside what was reported of them."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.published.markdown import Link, Row, Table, percent
from benchmarks.published.results import Document, Results


@dataclass(frozen=True)
class _Row:
    """A figure of an experiment.

    Attributes:
        experiment: its name, as `reproduce` takes it.
        what: what is shown of it.
        key: text of the first column of its row in the results file; "" shows no figure.
        here: the column of our figure.
        original: the columns of the quoted one, or of the lowest and the highest.
        file: its results file below reproduce/, without .json; "" is the experiment's name.
    """

    experiment: str
    what: str
    key: str = ""
    here: str = ""
    original: tuple[str, ...] = ()
    file: str = ""


DIGITS = "table3-shipped"
"""MNIST by the network that comes with the project."""
PLAIN = "siamese network, digits as they are"
MISTAKES = 2
"""What a digit is taken for, that is shown."""

ROWS = [
    _Row(
        "table1",
        "verification, 150k pairs, distorted; any two characters",
        "150k pairs, affine distortions",
        "test, any alphabets",
        ("paper",),
    ),
    _Row(
        "table1",
        "the same, not distorted",
        "150k pairs, no distortions",
        "test, any alphabets",
        ("paper",),
    ),
    _Row(
        "table1",
        "150k pairs, distorted; two characters of one alphabet",
        "150k pairs, affine distortions",
        "test, same alphabet",
    ),
    _Row(
        "table2",
        "20-way, official runs: the network of `make study`",
        "convolutional siamese net",
        "ours",
        ("original",),
    ),
    _Row(
        "table2",
        "siamese net with two fully connected layers",
        "siamese net, two fully connected layers",
        "ours",
        ("original",),
    ),
    _Row(
        "table2",
        "modified Hausdorff distance",
        "modified Hausdorff distance",
        "ours",
        ("original",),
    ),
    _Row(
        "table2",
        "1-nearest neighbour, raw pixels",
        "1-nearest neighbour",
        "ours",
        ("original",),
    ),
    _Row(
        "table3",
        "MNIST, 10-way, 400 trials, digits as they are: the network of `make study`",
        PLAIN,
        "400 trials",
        ("paper",),
    ),
    _Row(
        "table3",
        "the same by the network that comes with the project",
        PLAIN,
        "400 trials",
        ("paper",),
        file=DIGITS,
    ),
    _Row(
        "table3",
        "1-nearest neighbour on these",
        "1-nearest neighbour, digits as they are",
        "400 trials",
        ("paper",),
    ),
    _Row(
        "table3",
        "digits redrawn with Omniglot's pen: the network of `make study`",
        "siamese network, digits redrawn",
        "400 trials",
    ),
    _Row(
        "table3",
        "the same by the network that comes with the project",
        "siamese network, digits redrawn",
        "400 trials",
        file=DIGITS,
    ),
    _Row(
        "ways",
        "2-way within alphabet, every drawer pair, ten test alphabets",
        "2",
        "test alphabets (10)",
        ("re-implementation",),
    ),
    _Row(
        "ways",
        "20-way within alphabet, every drawer pair, ten test alphabets",
        "20",
        "test alphabets (10)",
        ("re-implementation",),
    ),
    _Row(
        "ways",
        "20-way, all twenty evaluation alphabets",
        "20",
        "all evaluation alphabets (20)",
    ),
    _Row(
        "unstructured",
        "20-way, characters from all ten test alphabets (easier; not comparable)",
        "20",
        "UNSTRUCTURED, 10 test alphabets",
        ("unstructured, others from", "unstructured, others to"),
    ),
    _Row(
        "drawers",
        "verification, known characters by new drawers, validation; any two characters",
        "any two characters, as the original",
        "validation, drawers 13-16",
        ("original, validation",),
    ),
    _Row(
        "one-rate",
        "verification, any two characters of the test alphabets",
        "verification, any two characters (as the original)",
        "test alphabets",
        ("original",),
    ),
    _Row(
        "one-rate",
        "20-way within alphabet, every drawer pair",
        "20-way within alphabet, every drawer pair",
        "test alphabets",
        ("original",),
    ),
    _Row(
        "losses",
        "20-way within alphabet, every drawer pair: trained by `pairs`",
        "pairs",
        "20-way, every drawer pair",
    ),
    _Row(
        "losses",
        "by `batch-pairs`, in nearly the same time",
        "batch-pairs",
        "20-way, every drawer pair",
    ),
    _Row("losses", "by `nca`", "nca", "20-way, every drawer pair"),
    _Row("losses", "by `one-shot`", "one-shot", "20-way, every drawer pair"),
    _Row("losses", "20-way, official runs: trained by `pairs`", "pairs", "20-way, official runs"),
    _Row(
        "calibration",
        "calibration error of verification, trained by `pairs`",
        "pairs",
        "calibration error",
    ),
    _Row("calibration", "trained by `one-shot`", "one-shot", "calibration error"),
    _Row("filters", "the first layer's filters (a picture)"),
]


def experiments(results: Results) -> Table:
    """One or a few figures of every experiment."""
    rows: list[Row] = []
    for row in ROWS:
        file = f"reproduce/{row.file or row.experiment}.json"
        here, original = _figures(row, results.document(file)) if row.key else ("", "")
        rows.append((Link(f"`{row.experiment}`", file), row.what, here, original))
    return Table(("experiment", "what", "here", "original"), rows)


def table1(results: Results) -> Table:
    """The paper's first table: verification by training pairs."""
    kinds = ("test, any alphabets", "test, same alphabet")
    rows: list[Row] = [
        (
            row["trained on"],
            *(_measured(row[kind]) for kind in kinds),
            percent(row["paper"]["value"]),
        )
        for row in results.document("reproduce/table1.json")["rows"]
    ]
    return Table(("trained on", "any two characters", "of one alphabet", "paper"), rows)


def calibration(results: Results) -> Table:
    """Calibration by loss: as trained, and mended in two ways."""
    errors = ("calibration error", "after temperature", "after temperature and shift")
    chosen = ("20-way, chosen by one-shot", "20-way, chosen by verification")
    rows: list[Row] = [
        (f"`{row['loss']}`", *(_measured(row[column]) for column in (*errors, *chosen)))
        for row in results.document("reproduce/calibration.json")["rows"]
    ]
    return Table(("loss", *errors, *chosen), rows)


def digits(results: Results) -> Table:
    """Which of MNIST's digits go wrong, by the network that comes with the project."""
    file = f"reproduce/{DIGITS}.json"
    document = results.document(file)
    row = next(row for row in document["rows"] if row["method"] == PLAIN)
    every = [
        (Link("all, 400 trials", file), _measured(row["400 trials"]), ""),
        (Link("all, the whole test set", file), _measured(row["whole test set"]), ""),
    ]
    taken_for = document["details"]["taken_for"][PLAIN]
    of_digit = []
    for digit in sorted(range(len(taken_for)), key=lambda digit: taken_for[digit][digit]):
        shares = taken_for[digit]
        wrong = sorted(set(range(len(shares))) - {digit}, key=lambda other: -shares[other])
        mistakes = ", ".join(f"{other}: {percent(shares[other])}" for other in wrong[:MISTAKES])
        of_digit.append((Link(str(digit), file), percent(shares[digit]), mistakes))
    return Table(("digit", "right", "taken most for"), [*every, *of_digit])


def _figures(row: _Row, document: Document) -> tuple[str, str]:
    found = next(line for line in document["rows"] if next(iter(line.values())) == row.key)
    quoted = [found[column] for column in row.original]
    assert all("quoted" in cell for cell in quoted)
    return _measured(found[row.here]), " to ".join(percent(cell["value"]) for cell in quoted)


def _measured(cell: Document) -> str:
    return percent(cell["value"], cell["standard_error"])
