"""Many workers: what was measured with deaths and outages, and what simulation says."""

from __future__ import annotations

from benchmarks.published.markdown import Link, Row, Table, percent
from benchmarks.published.results import Document, Results
from benchmarks.published.tables.searches import ACCURACY
from hpo.runtime.wording import duration

FILE = "workers.jsonl"
FAILING = "machines-that-fail.jsonl"
LOCKSTEP = "lockstep.jsonl"
STORAGES = ("sqlite", "postgres")


def workers_measured(results: Results) -> Table:
    """Budgets, deaths, outages and crowds, on both kinds of database."""
    columns = [_measured(storage, results) for storage in STORAGES]
    rows: list[Row] = [
        (Link(what, FILE), *(column[what] for column in columns)) for what in columns[0]
    ]
    return Table(("what", "SQLite", "PostgreSQL"), rows)


def machines_that_fail(results: Results) -> Table:
    """What held of a study on machines that fail in every way."""
    columns = [_failing(storage, results) for storage in ("sqlite", "postgresql")]
    rows: list[Row] = [
        (Link(what, FAILING), *(column[what] for column in columns)) for what in columns[0]
    ]
    return Table(("what", "SQLite", "PostgreSQL"), rows)


def lockstep(results: Results) -> Table:
    """Searches in lockstep by one worker, two and four, killed or not, and what it costs."""
    lines = {line["search"]: line for line in results.lines(LOCKSTEP, "lockstep", "search")}
    stepping = [line for name, line in lines.items() if name.startswith("lockstep")]
    rows: list[Row] = []
    for line in stepping:
        free = lines.get(f"free-{line['workers']}")
        rows.append(
            (
                Link(str(line["workers"]), LOCKSTEP),
                str(line["kills"]),
                f"{line['trials']}, {line['complete']}",
                f"{line['best']}, {percent(line['value'])}",
                "yes" if line["digest"] == stepping[0]["digest"] else "no",
                f"{line['seconds']:.0f} s",
                f"{line['seconds'] / free['seconds']:.2f}" if free else "",
            )
        )
    columns = (
        "workers",
        "killed",
        "trials, complete",
        "best, its value",
        "all as by one worker",
        "time",
        "times that of running freely",
    )
    return Table(columns, rows)


def workers_simulated(results: Results) -> Table:
    """How soon a study ends, and what it finds, by the number of workers."""
    file = "replay/workers.json"
    rows: list[Row] = [
        (
            Link(f"{row['workers']:,}", file),
            duration(row["seconds"]),
            f"{row['speed_up']:.0f}",
            percent(row["final_accuracy"]["0.5"], row["standard_error"]),
            duration(row["seconds_to_the_level"]),
        )
        for row in results.document(file)["searches"]["tpe/successive-halving"]["by_workers"]
    ]
    level = results.document(file)["searches"]["tpe/successive-halving"]["level"]
    columns = (
        "workers",
        "time",
        "times as soon as one",
        ACCURACY,
        f"time to {percent(level)} %",
    )
    return Table(columns, rows)


def _measured(storage: str, results: Results) -> dict[str, str]:
    pair, budget, chaos, crowd, outage = (
        _line(f"workers: {what}", storage, results)
        for what in ("pair", "budget", "chaos", "crowd", "outage")
    )
    runs = budget["workers"]
    again = all(run["unchanged"] for run in runs.values())
    return {
        f"trials finished of {budget['budget']}, by {', '.join(runs)} workers": ", ".join(
            str(run["finished"]) for run in runs.values()
        ),
        "the same command again": "trains nothing" if again else "changes results",
        "four workers, one killed every few seconds: kills": str(chaos["kills"]),
        "trials finished of 40": str(chaos["finished"]),
        "finished results changed": str(chaos["finished_results_changed"]),
        f"epochs trained, where {chaos['epochs_undisturbed']} are needed": str(
            chaos["epochs_trained"]
        ),
        f"database away for {outage['seconds_away']} s: trials finished of 24": str(
            outage["finished"]
        ),
        "trials failed, workers died": f"{outage['failed']}, {outage['workers_that_died']}",
        "workers started at one moment": str(crowd["workers"]),
        "trials finished": f"{crowd['finished']} of {crowd['of']}",
        "workers that failed or were replaced": str(
            crowd["said"]["failed"] + crowd["said"]["is replaced"]
        ),
        "workers that waited more than 3 s for the database": str(crowd["said"]["does not answer"]),
        "trials a minute of two workers, times one's": f"{pair['median_ratio']:.1f}",
    }


def _line(benchmark: str, storage: str, results: Results) -> Document:
    lines = results.lines(FILE, benchmark, "storage")
    return next(line for line in lines if line["storage"] == storage)


def _failing(storage: str, results: Results) -> dict[str, str]:
    lines = results.lines(FAILING, "workers: machines that fail", "storage")
    run = next(line for line in lines if line["storage"] == storage)
    found = {name: check["found"] for name, check in run["checks"].items()}
    finished = found["exactly the budget of finished trials"]
    epochs = found["epochs trained at most 15 % over the undisturbed"]
    ends = found["commands end within 120 s of a fault, with a line and a status"]
    return {
        "faults": str(sum(run["faults"].values())),
        "minutes, until the study was tested": f"{run['seconds'] / 60:.0f}",
        "trials finished": f"{finished['done']} of {run['trials']}",
        "trials failed, and left running": (
            f"{finished['failed']}, {found['no trial is left running']}"
        ),
        "finished trials or results changed": str(
            len(found["no finished trial and no result changed"])
        ),
        "epochs trained beyond the undisturbed": f"{100 * epochs['extra']:.1f} %",
        "times that the test alphabets were opened": str(found["tested once"]["opened"]),
        "commands that ended by themselves, wrongly": (
            f"{ends['by themselves']}, {len(ends['wrong'])}"
        ),
        "slowest end after Ctrl-C": f"{max(found['Ctrl-C ends them within 10 s']):.1f} s",
        "checks that failed": str(len(run["failed"])),
    }
