"""Searches compared by replay on recorded curves, with Optuna's own samplers and pruners."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.published.markdown import Link, Row, Table, change, percent
from benchmarks.published.results import Document, Results

RECORDINGS = {
    "compact-27-epochs-curves.json.gz": "`compact`",
    "compact-curves.json.gz": "`compact` as defined before",
    "compact-log-curves.json.gz": "the same with `compact-log`'s shape",
    "compact-literal-curves.json.gz": "the same with `compact-literal`'s shape",
}
BEGINNINGS = {
    "cold": "nothing",
    "warm, from the same space": "five from the same space",
    "warm, from a narrower space": "five from a narrower space",
}
FIRST_RUNGS = {
    "replay/samplers-27-epochs-gaussian.json": "`compact`, Gaussian processes",
    "replay/samplers-27-epochs-trees.json": "`compact`, trees",
    "replay/samplers-9-epochs-gaussian.json": "as defined before, Gaussian processes",
    "replay/samplers-9-epochs-trees.json": "as defined before, trees",
    "replay/samplers-log-trees.json": "with `compact-log`'s shape, trees",
    "replay/samplers-literal-trees.json": "with `compact-literal`'s shape, trees",
}
"""Replays of the same searches on several recordings; sampler and pruner were chosen on the first
two."""
BUDGETS = (
    "replay/samplers-9-epochs-trees-12.json",
    "replay/samplers-9-epochs-trees.json",
    "replay/samplers-9-epochs-trees-50.json",
    "replay/samplers-9-epochs-trees-96.json",
)
"""Replays of the same searches in more and more time."""
TRIED = {
    "replay/samplers-tried-gaussian.json": "Gaussian processes",
    "replay/samplers-tried-trees.json": "trees",
}
"""Replays that sampler and pruner were chosen by."""
MEDIAN = "0.5"
ACCURACY = "accuracy at the end, median ± error of the mean"
"""A replay's file has no accuracy of each repetition, which the median's own error would take."""


def recordings(results: Results) -> Table:
    """The recorded curves that searches are replayed on."""
    rows: list[Row] = []
    for file, space in RECORDINGS.items():
        document = results.document(file)
        repeats = sum(curve["repeat"] > 0 for curve in document["curves"])
        rows.append(
            (
                Link(space, file),
                str(len(document["curves"]) - repeats),
                str(repeats),
                str(document["definition"]["train"]["epochs"]),
                f"{document['cpu_hours']:.1f}",
            )
        )
    columns = ("space", "configurations", "with two seeds", "epochs", "hours of one core")
    return Table(columns, rows)


def replayed(file: str) -> Callable[[Results], Table]:
    """The table of one replay: the end's accuracy, and the time to random search's."""

    def table(results: Results) -> Table:
        document = results.document(file)
        rows: list[Row] = [
            (Link(f"`{search}`", file), *_search(row))
            for search, row in document["searches"].items()
        ]
        times = document["repetitions"]
        columns = (
            "search",
            ACCURACY,
            "part of the time to random's, median",
            f"got there, of {times}",
        )
        return Table(columns, rows)

    return table


def first_rungs(results: Results) -> Table:
    """Searches that learn from first rungs, on each recording and by each truth."""
    return _beside(results, "recording and truth", FIRST_RUNGS)


def budgets(results: Results) -> Table:
    """The same searches in more and more time."""
    times = {f: str(results.document(f)["trials_to_their_end_in_that_time"]) for f in BUDGETS}
    return _beside(results, "time, in trainings to their end", times)


def _beside(results: Results, head: str, files: dict[str, str]) -> Table:
    """Searches beside each other: a row for each replay."""
    documents = {file: results.document(file)["searches"] for file in files}
    names = list(next(iter(documents.values())))
    rows: list[Row] = []
    for file, searches in documents.items():
        ends = [_search(searches[name])[:2] for name in names]
        rows.append((Link(files[file], file), *(f"{end} ({part})" for end, part in ends)))
    return Table((head, *(f"`{name}`" for name in names)), rows)


def tried(results: Results) -> Table:
    """Starts and rungs that were tried."""
    return _beside(results, "truth", TRIED)


def earlier_ends(results: Results) -> Table:
    """The part of the time to random search's level, had all searches ended earlier."""
    file = "replay/quality-27-epochs.json"
    document = results.document(file)
    searches = ("tpe/successive-halving", "random/successive-halving", "tpe/none")
    whole = document["trials_to_their_end_in_that_time"]
    rows: list[Row] = []
    for end in document["earlier"]:
        trainings = round(whole * end["seconds"] / document["seconds"])
        parts = [end["part_of_the_time_to_the_level"][search] for search in searches]
        rows.append((Link(str(trainings), file), *(f"{part:.2f}" for part in parts)))
    parts = [
        document["searches"][search]["part_of_the_time_to_the_level"][MEDIAN] for search in searches
    ]
    rows.append((Link(str(whole), file), *(f"{part:.2f}" for part in parts)))
    return Table(("time, in trainings to their end", *(f"`{s}`" for s in searches)), rows)


def promotion(results: Results) -> Table:
    """What trials would be worth that are paused and promoted, instead of stopped."""
    file = "replay/promotion.json"
    rows: list[Row] = [
        (Link(f"`{search}`", file), *_search(row)[:2])
        for search, row in results.document(file)["searches"].items()
    ]
    columns = (
        "search",
        ACCURACY,
        "part of the time to random's, median",
    )
    return Table(columns, rows)


def warm_start(results: Results) -> Table:
    """A study that begins with the best of an older one."""
    file = "replay/warm.json"
    rows: list[Row] = []
    for search, row in results.document(file)["searches"].items():
        saved = row["trials_saved"]
        rows.append(
            (
                Link(BEGINNINGS[search], file),
                f"{row['trials_to_the_level'][MEDIAN]:.0f}",
                f"{saved['mean']:.1f} ± {saved['standard_error']:.1f}" if saved["mean"] else "",
                percent(row["mean_final_accuracy"], row["standard_error"]),
            )
        )
    columns = (
        "begins with",
        "trials until there, median",
        "trials saved, mean",
        "accuracy at the end, mean",
    )
    return Table(columns, rows)


def early_stops(results: Results) -> Table:
    """What searches save and lose that end when little more is expected of them."""
    file = "replay/early-stop.json"
    document = results.document(file)

    def gained(points: dict[str, float]) -> str:
        return f"{points['mean']:.2f} ± {points['standard_error']:.2f}"

    rows: list[Row] = []
    for row in document["rules"]:
        saved = row["time_saved"]
        rows.append(
            (
                Link(f"`gain = {row['gain']}`, `trials = {row['trials']}`", file),
                f"{100 * saved['mean']:.0f} ± {100 * saved['standard_error']:.0f}",
                gained(row["points_lost"]),
                gained(row["points_that_the_next_trials_gained"]),
                f"{row['trials_done']:.0f}",
                str(row["searches_that_ended_early"]),
            )
        )
    columns = (
        "`stop`",
        "time saved, %, mean",
        "points lost, mean",
        "points that the next `trials` gained, mean",
        f"trials done, of {document['trials']}",
        f"ended early, of {document['repetitions']}",
    )
    return Table(columns, rows)


def priors(results: Results) -> Table:
    """Searches with a prior for every parameter, beside those without."""
    file = "replay/priors.json"
    rows: list[Row] = []
    for row in results.document(file)["searches"]:
        without = row["prior"] == "none"
        gained = ["" if without else change(at["gained"], at["standard_error"]) for at in row["at"]]
        spread = "" if without else f"{row['spread']:g}"
        rows.append((Link(row["prior"], file), spread, *gained, percent(row["at"][-1]["accuracy"])))
    columns = (
        "prior",
        "deviation, parts of the range",
        "points gained after a quarter of the time, mean",
        "after half",
        "at the end",
        "accuracy at the end, mean",
    )
    return Table(columns, rows)


def retrained_finalists(results: Results) -> Table:
    """What it gains to retrain a search's best trials before one is chosen."""
    file = "replay/finalists.json"
    document = results.document(file)
    seeds = [row["seeds"] for row in document["by_finalists"][0]["by_seeds"]]
    rows: list[Row] = []
    for row in document["by_finalists"]:
        if row["finalists"] == 1:
            continue
        gains = (by["gain_over_the_first"] for by in row["by_seeds"])
        rows.append(
            (
                Link(str(row["finalists"]), file),
                f"{100 * row['first_is_truly_best']['mean']:.0f}",
                *(f"{100 * g['mean']:+.2f} ± {100 * g['standard_error']:.2f}" for g in gains),
            )
        )
    gained = (f"points gained, {count} seed{'s' * (count > 1)} each" for count in seeds)
    return Table(("finalists", "the first is truly best, %", *gained), rows)


def retraining_time(results: Results) -> Table:
    """What retraining takes, in percent of the search's time."""
    file = "replay/finalists.json"
    document = results.document(file)
    seeds = [row["seeds"] for row in document["by_finalists"][0]["by_seeds"]]
    rows: list[Row] = [
        (
            Link(str(row["finalists"]), file),
            *(f"{100 * by['part_of_the_searchs_time']['mean']:.0f}" for by in row["by_seeds"]),
        )
        for row in document["by_finalists"]
    ]
    heads = (f"{count} seed{'s' * (count > 1)} each" for count in seeds)
    return Table(("finalists", *heads), rows)


def seeds(results: Results) -> Table:
    """How much a seed changes, in configurations trained with two."""
    file = "replay/finalists.json"
    recorded = results.document(file)["recorded_seeds"]
    named = {"all": "all that were trained twice", "better_half": "the better half of them"}
    rows: list[Row] = [
        (
            Link(what, file),
            str(row["configurations"]),
            f"{100 * row['standard_deviation_of_a_seed']:.1f}",
            f"{100 * row['standard_deviation_between_configurations']:.1f}",
            f"{row['rank_correlation']:.2f} ± {row['its_standard_error']:.2f}",
        )
        for what, row in ((named[key], recorded[key]) for key in named)
    ]
    columns = (
        "configurations",
        "number",
        "deviation of a seed, points",
        "deviation between configurations, points",
        "rank correlation of two seeds",
    )
    return Table(columns, rows)


def _search(row: Document) -> tuple[str, str, str]:
    part = row["part_of_the_time_to_the_level"][MEDIAN]
    return (
        percent(row["final_accuracy"][MEDIAN], row["standard_error"]),
        "never" if part is None else f"{part:.2f}",
        str(row["repetitions_that_reached_it"]),
    )
