"""What published runs of studies found, beside what others report."""

from __future__ import annotations

from pathlib import Path

from benchmarks.published.headline import TOGETHER, Figure, figures, one_shot
from benchmarks.published.markdown import Link, Row, Table, change, percent
from benchmarks.published.results import RESULTS, Document, Results
from hpo.runtime.wording import duration
from model.evaluation.quoted import OFFICIAL_RUNS_SINCE, ONE_SHOT, REIMPLEMENTATIONS

STUDIES = {
    "quick": "`make study`: the search, two workers",
    "compact": "`run compact`: a wider search, two workers",
    "deep": "`run deep`: five convolutions, two workers",
    "default": "`run default`: nothing searched, one long training, one worker",
    "default-long": "`run default-long`: nothing searched, as long as `compact` takes, two workers",
    "pairs": "`run pairs`: the paper's loss and optimiser, searched, one worker",
}
HEADLINES = {
    "quick": "`make study`: the search, two workers, AVX2 alone",
    "quick.bf16": "`make study`: the same with bf16",
    "compact": STUDIES["compact"],
    "deep": STUDIES["deep"],
}
"""Studies of the main table, by the name of their entries in headline.json."""
EARLIER = {"compact-9-epochs": "`run compact` as defined then, two workers"}
SEARCHED = ("quick", "compact", "deep", "pairs")
COLUMNS = ("what", "trainings", "official runs", "every drawer pair", "validation", "time")


def headline(results: Results) -> Table:
    """People, other methods and the project's own studies."""
    found = {figure.name: figure for figure in figures(results)}
    ours: list[Row] = [
        _accuracies(found, "paper35", "the paper's recipe and space at 35x35, `reproduce search`")
    ]
    for name, what in HEADLINES.items():
        time = duration(found[f"{name}.seconds"].value)
        ours.append((*_accuracies(found, name, what)[:-1], time))
    longest = "`deep`'s winner, trained longer, on bent characters too"
    ours.append(_accuracies(found, "win.a", longest))
    ours.append(_accuracies(found, "win.b", "three of these networks together"))
    return Table(("what", "official runs", "every drawer pair", "time"), [*_quoted(), *ours])


def _accuracies(found: dict[str, Figure], name: str, what: str) -> Row:
    """A row of the main table, without a time."""
    official, pairs = (found[f"{name}.{part}"] for part in ("official", "every_pair"))
    link = Link(what, Path(official.file).relative_to(RESULTS).as_posix())
    return link, _figure(official), _figure(pairs), ""


def studies(results: Results) -> Table:
    """Every published study of today's definitions."""
    ours = [_study(study, what, results) for study, what in STUDIES.items()]
    quoted = [(what, "", official, pairs, "", "") for what, official, pairs, _ in _quoted()]
    return Table(COLUMNS, [*ours, *quoted])


def earlier_studies(results: Results) -> Table:
    """Published studies whose definition has changed since."""
    return Table(COLUMNS, [_study(study, what, results) for study, what in EARLIER.items()])


def finalists(results: Results) -> Table:
    """A search's best trials: what they reached in the search, and after retraining."""
    rows: list[Row] = [
        (
            Link(f"`{study}`", f"{study}.json"),
            str(finalist["number"]),
            percent(finalist["value"]),
            _accuracy(finalist["validation"]),
            str(len(finalist["seeds"])),
        )
        for study in SEARCHED
        for finalist in results.document(f"{study}.json")["finalists"]
    ]
    return Table(("study", "trial", "in the search", "retrained", "trainings"), rows)


def together(results: Results) -> Table:
    """A study's winner: its networks one by one, their mean, and all of them together."""
    document = results.document(TOGETHER)
    each, rows = document["test_of_each"], document["validation"]
    singles = {row["seeds"][0]: row for row in rows if len(row["seeds"]) == 1}
    ours: list[Row] = [
        _networks(f"one network, seed {seed}", test, singles[seed]["divided_by_spread"])
        for seed, test in zip(document["seeds"], each, strict=True)
    ]
    whole = next(row for row in rows if row["seeds"] == document["seeds"])
    name = f"{_count(results)} networks together"
    ours.append(_networks(name, document["test"], whole["divided_by_spread"]))
    ours.append(_better(document, whole))
    return Table(("what", "official runs", "every drawer pair", "validation"), ours)


def choices_together(results: Results) -> Table:
    """Every choice of a winner's networks, on the validation alphabets."""
    rows: list[Row] = [
        (
            Link(str(len(row["seeds"])), TOGETHER),
            ", ".join(map(str, row["seeds"])),
            percent(row["divided_by_spread"]["value"], row["divided_by_spread"]["standard_error"]),
            percent(row["as_they_are"]["value"], row["as_they_are"]["standard_error"]),
            change(row["gain"]["value"], row["gain"]["standard_error"])
            if len(row["seeds"]) > 1
            else "",
        )
        for row in results.document(TOGETHER)["validation"]
    ]
    columns = ("networks", "seeds", "divided by spread", "as they are", "above their mean")
    return Table(columns, rows)


def verification(results: Results) -> Table:
    """Same or different, for two kinds of different pairs."""
    rows: list[Row] = []
    for study in ("compact", "deep"):
        file = f"verification/{study}.json"
        measured = results.document(file)
        kinds = (measured["verification_across"], measured["verification"])
        cells = [percent(kind["accuracy"], kind["standard_error"]) for kind in kinds]
        rows.append((Link(f"`{study}`", file), *cells))
    return Table(("the saved network of", "any two characters", "of one alphabet"), rows)


def _study(study: str, what: str, results: Results) -> Row:
    document = results.document(f"{study}.json")
    test = one_shot(document)
    return (
        Link(what, f"{study}.json"),
        str(test.get("runs", 1)),
        _accuracy(test),
        percent(test["every_drawer_pair_accuracy"], test["every_drawer_pair_standard_error"]),
        _accuracy(document["validation"]),
        _time(document, results.origin(f"{study}.json").seconds),
    )


def _networks(what: str, test: Document, validation: Document) -> Row:
    return (
        Link(what, TOGETHER),
        _accuracy(test),
        percent(test["every_drawer_pair_accuracy"], test["every_drawer_pair_standard_error"]),
        percent(validation["value"], validation["standard_error"]),
    )


def _better(document: Document, whole: Document) -> Row:
    """By how much networks together are above their mean, with errors over alphabets."""
    of_each = [test["one_shot_accuracy"] for test in document["test_of_each"]]
    official = document["test"]["one_shot_accuracy"] - sum(of_each) / len(of_each)
    pairs, validation = (
        change(gain["value"], gain["standard_error"])
        for gain in (document["gain_on_test"], whole["gain"])
    )
    return (
        Link("together above their mean", TOGETHER),
        f"{100 * official:+.1f}",
        pairs,
        validation,
    )


def _count(results: Results) -> int:
    networks: int = results.document(TOGETHER)["networks"]
    return networks


def _time(document: Document, wall: float | None) -> str:
    """Wall time of the command; where nobody noted it, about its trainings' per worker."""
    if wall is not None:
        return duration(wall)
    trained = sum(document["seconds"].values()) / (document.get("workers") or 1)
    return f"about {round(trained / 60)} min"


def _quoted() -> list[tuple[str, str, str, str]]:
    """What others report: nothing of it was measured here."""
    lowest, highest = REIMPLEMENTATIONS
    return [
        ("people (Lake et al. 2015)", f"{ONE_SHOT['humans']:.1f}", "", ""),
        *(
            (f"{method} (Lake et al. 2019)", f"{accuracy:.1f}", "", "")
            for method, accuracy in OFFICIAL_RUNS_SINCE.items()
        ),
        (
            "the paper's network (Koch et al. 2015)",
            f"{ONE_SHOT['convolutional siamese net']:.1f}",
            "",
            "",
        ),
        ("public re-implementations", "", f"{lowest:.0f} to {highest:.0f}", ""),
    ]


def _accuracy(measured: Document) -> str:
    return percent(measured["one_shot_accuracy"], measured["standard_error"])


def _figure(figure: Figure) -> str:
    return f"{figure.value:.1f} ± {figure.error:.1f}"
