"""The project's main figures, each with its error, command, commit and machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import hypot

from pydantic import BaseModel

from benchmarks.published.results import RESULTS, Document, Origin, Results, ResultsError

HEADLINE = "headline.json"
TOGETHER = "together/deep.json"
"""Several networks together."""
WIN = {
    "a": ("win/bent.json", "test_over_seeds"),
    "b": ("win/bent.json", "test_together"),
    "c": ("win/all-drawers.json", "test_over_seeds"),
    "d": ("win/extra-alphabets.json", "test_over_seeds"),
}
"""One network by the paper's split, several, one by all drawers, and by extra alphabets too.

Each by its file, and the test in it; by the paper's split it is the file best on validation.
"""
LONGEST, LONGEST_ROW = "paper-search/longest.json", "the best, 10 M pairs"
"""The paper's recipe at 35x35, its search's best configuration trained for long."""
USUAL = "sampled pairs against the usual float32 loop"
STEP = "step by part"

Measured = tuple[float | None, float | None]
"""A value and its standard error."""


class Figure(BaseModel):
    """An entry of headline.json.

    Attributes:
        name: "study.what", such as "deep.official".
        value: the figure, in `unit`.
        error: its standard error, in `unit`; None where it was measured once.
        unit: "percent", "seconds", "times" for a ratio, or "pairs" of pictures.
        command: what was typed to measure it.
        commit: the project's git commit, None where the results file holds none.
        machine: what it was measured on.
        file: the results file that it was taken from.
    """

    name: str
    value: float
    error: float | None
    unit: str
    command: str | None
    commit: str | None
    machine: str | None
    file: str


@dataclass(frozen=True)
class _Source:
    """Where an entry is taken from.

    Attributes:
        line: names the line of a JSONL file by what it holds.
    """

    name: str
    file: str
    unit: str
    take: Callable[[Document, Origin], Measured]
    line: dict[str, str] | None = None

    def document(self, results: Results) -> tuple[Document, Origin]:
        if self.line is None:
            return results.document(self.file), results.origin(self.file)
        keys = [key for key in self.line if key != "benchmark"]
        for found in results.lines(self.file, self.line["benchmark"], *keys):
            if self.line.items() <= found.items():
                return found, Origin.of(found)
        raise ResultsError(f"{RESULTS / self.file}: nothing says what {self.name} is")


def one_shot(document: Document) -> Document:
    """A study's 20-way accuracy: the mean over its winner's seeds, or that of its one training."""
    test: Document = document.get("test_over_seeds") or document["test"]
    return test


def figures(results: Results) -> list[Figure]:
    """Every entry of headline.json.

    Raises:
        ResultsError: a figure is in no file.
    """
    return [_figure(source, results) for source in SOURCES]


def _figure(source: _Source, results: Results) -> Figure:
    document, origin = source.document(results)
    value, error = source.take(document, origin)
    if value is None:
        raise ResultsError(f"{RESULTS / source.file}: nothing says what {source.name} is")
    scale = 100 if source.unit == "percent" else 1
    return Figure(
        name=source.name,
        value=round(scale * value, 4),
        error=None if error is None else round(scale * error, 4),
        unit=source.unit,
        command=origin.command,
        commit=origin.commit,
        machine=origin.machine,
        file=(RESULTS / source.file).as_posix(),
    )


def _official(document: Document, _: Origin) -> Measured:
    test = one_shot(document)
    return test["one_shot_accuracy"], test["standard_error"]


def _every_pair(document: Document, _: Origin) -> Measured:
    test = one_shot(document)
    return test["every_drawer_pair_accuracy"], test["every_drawer_pair_standard_error"]


def _test(name: str, take: Callable[[Document, Origin], Measured]) -> Callable[..., Measured]:
    """Takes a figure of one of a document's several tests."""
    return lambda document, origin: take({"test": document[name]}, origin)


def _seconds(_: Document, origin: Origin) -> Measured:
    return origin.seconds, None


def _any_two(document: Document, _: Origin) -> Measured:
    pairs = document["verification_across"]
    return pairs["accuracy"], pairs["standard_error"]


def _one_alphabet(document: Document, _: Origin) -> Measured:
    pairs = document["verification"]
    return pairs["accuracy"], pairs["standard_error"]


def _digits(document: Document, _: Origin) -> Measured:
    method = "siamese network, digits as they are"
    row = next(row for row in document["rows"] if row["method"] == method)
    return row["400 trials"]["value"], row["400 trials"]["standard_error"]


def _row(what: str) -> Callable[[Document, Origin], Measured]:
    """Takes a row of the paper's search."""

    def take(document: Document, _: Origin) -> Measured:
        cell = next(row["here"] for row in document["rows"] if row["what"] == what)
        return cell["value"], cell["standard_error"]

    return take


def _pairs(document: Document, _: Origin) -> Measured:
    train = document["details"]["longest"]["train"]
    return train["epochs"] * train["steps_per_epoch"] * train["batch"]["pairs"], None


def _asking(document: Document, _: Origin) -> Measured:
    return document["proposing_fraction_at_1000"], None


def _part_of_time(document: Document, _: Origin) -> Measured:
    return document["searches"][LEARNING]["part_of_the_time_to_the_level"]["0.5"], None


def _gain(document: Document, _: Origin) -> Measured:
    """Of medians; the error is that of the means, as if no two repetitions had a seed in common."""
    learning, random = (document["searches"][search] for search in (LEARNING, AT_RANDOM))
    gain = learning["final_accuracy"]["0.5"] - random["final_accuracy"]["0.5"]
    return gain, hypot(learning["standard_error"], random["standard_error"])


def _of(what: str) -> Callable[[Document, Origin], Measured]:
    """Takes a figure that stands beside its error."""

    def take(document: Document, _: Origin) -> Measured:
        return document[what]["value"], document[what]["standard_error"]

    return take


LEARNING, AT_RANDOM = "additive-5/guarded-halving-1-9", "random/successive-halving"
REPLAYS = {
    "earlier-gaussian": "replay/samplers-9-epochs-gaussian.json",
    "earlier-trees": "replay/samplers-9-epochs-trees.json",
    "log-trees": "replay/samplers-log-trees.json",
    "literal-trees": "replay/samplers-literal-trees.json",
}
"""Replays in the time of 25 trainings on recordings that sampler and pruner were not chosen on."""
PROCESSORS = {"avx2": "float32", "bf16": "bfloat16"}
"""Processors that speed is published for, AVX2 alone and with bf16, and what they compute in."""


def _of_processor(name: str, processor: str) -> str:
    return name if processor == "avx2" else f"{name}.{processor}"


SOURCES = [
    *(
        _Source(
            f"{_of_processor('quick', processor)}.{what}",
            f"speed/quick-{processor}.json",
            unit,
            take,
        )
        for processor in PROCESSORS
        for what, unit, take in (
            ("official", "percent", _of("official")),
            ("every_pair", "percent", _of("every_pair")),
            ("seconds", "seconds", _of("seconds")),
        )
    ),
    *(
        _Source(f"{study}.{what}", f"{study}.json", unit, take)
        for study in ("compact", "deep")
        for what, unit, take in (
            ("official", "percent", _official),
            ("every_pair", "percent", _every_pair),
            ("seconds", "seconds", _seconds),
        )
    ),
    *(
        _Source(f"win.{row}.{what}", file, "percent", _test(test, take))
        for row, (file, test) in WIN.items()
        for what, take in (("official", _official), ("every_pair", _every_pair))
    ),
    *(
        _Source(f"time_to.{what}.seconds", "speed/time-to-accuracy-avx2.json", "seconds", _of(what))
        for what in ("paper_92", "every_pair_71")
    ),
    *(
        _Source(
            _of_processor(f"{name}.{size}", processor),
            "benchmarks.jsonl",
            "times",
            _of(what),
            {"benchmark": benchmark, "network": network, "precision": precision},
        )
        for processor, precision in PROCESSORS.items()
        for name, benchmark, what, small in (
            ("trainer.fraction_of_bare_step", STEP, "fraction_of_bare_step", "35x35"),
            ("pairs_per_second.times_usual_loop", USUAL, "times_faster", "quick 35x35"),
        )
        for size, network in (("35", small), ("105", "paper 105x105"))
    ),
    *(
        _Source(f"search.{what}.25.{replay}", file, unit, take)
        for replay, file in REPLAYS.items()
        for what, unit, take in (
            ("part_of_time", "times", _part_of_time),
            ("gain_points", "percent", _gain),
        )
    ),
    _Source(
        "search.part_of_time.96.earlier-trees",
        "replay/samplers-9-epochs-trees-96.json",
        "times",
        _part_of_time,
    ),
    *(
        _Source(
            f"search.asking_fraction.1000{of_storage}",
            "workers.jsonl",
            "times",
            _asking,
            {
                "benchmark": "overhead of storage and Optuna",
                "sampler": "additive",
                "storage": storage,
            },
        )
        for storage, of_storage in (("sqlite", ""), ("postgres", ".postgres"))
    ),
    _Source(
        "paper35.search_gain_points",
        "paper-search/searches.json",
        "percent",
        _row("gp search, literal scales: above random search, as much work"),
    ),
    *(
        _Source(f"paper35.{what}", LONGEST, "percent", _row(f"{LONGEST_ROW}: {figure}"))
        for what, figure in (
            ("official", "20-way, official runs"),
            ("every_pair", "20-way, every drawer pair"),
            ("verification_any_two", "verification, any two characters"),
        )
    ),
    _Source("paper35.pairs", LONGEST, "pairs", _pairs),
    _Source("verification.any_two", "verification/deep.json", "percent", _any_two),
    _Source("verification.one_alphabet", "verification/deep.json", "percent", _one_alphabet),
    _Source("mnist.official", "reproduce/table3-shipped.json", "percent", _digits),
]
