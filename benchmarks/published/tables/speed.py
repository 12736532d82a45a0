"""Speed, as ratios within one run, and what storage, notes and artifacts take of a trial."""

from __future__ import annotations

from benchmarks.published.markdown import Link, Row, Table
from benchmarks.published.results import Results

FILE = "benchmarks.jsonl"
STORAGES = {"sqlite": "SQLite", "postgres": "PostgreSQL"}
STATES = ("complete", "pruned")
SAMPLERS = {"tpe": "TPE", "gp": "Gaussian process"}


def speed(results: Results) -> Table:
    """Loading, training and evaluation against the usual way."""
    [loading] = results.lines(FILE, "Omniglot from its cache file")
    [usual] = results.lines(FILE, "sampled pairs against the usual float32 loop")
    measured = [
        (
            f"Omniglot from its cache file to a tensor of {loading['pictures']} pictures,"
            " first in a process",
            f"{loading['median_first_load_seconds']} s (median of {loading['fresh_processes']};"
            f" slowest {loading['slowest_first_load_seconds']} s)",
        ),
        *(
            (
                f"trainer, data selection and distortion included, {line['network']}",
                f"{line['pictures_per_second']:.0f} pictures/s,"
                f" {line['fraction_of_bare_step']} of the bare step",
            )
            for line in results.lines(FILE, "trainer against bare step", "network")
        ),
        (
            "sampled pairs, paper's network, against a float32 DataLoader loop",
            f"{usual['times_faster']} times faster",
        ),
        *(
            (
                "400 official trials, paper's network, embedding once, against"
                f" {line['pairs_at_once']} pair{'s' * (line['pairs_at_once'] > 1)} at a time"
                " in float32",
                f"{line['times_faster']} times faster,"
                f" {line['same_predictions']} of {line['compared']} predictions the same",
            )
            for line in results.lines(
                FILE, "400 official trials, embedding once against pair by pair", "pairs_at_once"
            )
        ),
    ]
    return Table(("what", "figure"), [(Link(what, FILE), figure) for what, figure in measured])


def notes(results: Results) -> Table:
    """What notes and artifacts take of a trial's time."""
    rows: list[Row] = []
    for line in results.lines(FILE, "notes and artifacts", "other_trials"):
        parts = line["median_fraction_of_a_trial"]
        shown = [f"{100 * parts[state]:.1f} %" if state in parts else "" for state in STATES]
        rows.append((Link(str(line["other_trials"]), FILE), *shown))
    return Table(("other trials in the study", "of a complete trial", "of a pruned one"), rows)


def overhead(results: Results) -> Table:
    """What storage and Optuna take of a trial, by the number of finished trials."""
    file = "workers.jsonl"
    lines = results.lines(file, "overhead of storage and Optuna", "sampler", "storage")
    sizes = list(lines[0]["seconds_a_trial"])
    rows: list[Row] = [
        (
            Link(SAMPLERS[line["sampler"]], file),
            STORAGES[line["storage"]],
            *(f"{line['seconds_a_trial'][size]:.2f} s" for size in sizes),
            f"{100 * line['fraction_at_1000']:.1f} %",
        )
        for line in lines
    ]
    heads = (f"at {int(size):,} trials" for size in sizes)
    return Table(("sampler", "storage", *heads, "of a trial of `quick`, at 1,000"), rows)
