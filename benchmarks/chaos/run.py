"""One run: machines, faults until the study is done, and what was found."""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.chaos.checks import check
from benchmarks.chaos.databases import DATABASES, Database
from benchmarks.chaos.faults import Faults
from benchmarks.chaos.machine import PROJECT, Machine
from benchmarks.chaos.record import Record
from benchmarks.chaos.study import EPOCHS, NAME, steps_for, write_study
from benchmarks.chaos.supervisor import Supervisor
from benchmarks.chaos.watcher import Watcher, logs, trained_epochs

HOSTS = ("box", "box", "other")
CLOCKS = (-4, 0, 4)
"""Minutes by which each machine's clock is off; containers of one machine have its clock."""
WORKERS = 2
"""Workers on each machine."""
FULL = 30
"""Minutes from which on faults last their full time; in a shorter run, less in proportion."""
ENOUGH = 15
"""Minutes in which there is time for every kind of fault."""
GONE_AFTER = 1 / 3
"""Part of the time after which the machine that began the study is gone."""
TESTED = "tested.txt"
LATEST = 2
"""After this many times the planned minutes, and LATEST_MORE seconds, an unfinished study counts as
hanging."""
LATEST_MORE = 600.0


def run(kind: str, minutes: float, trials: int, seed: int) -> dict[str, Any]:
    """Runs a study with faults until it is done, and checks what it left.

    Args:
        kind: of database, one of DATABASES.
        minutes: for which faults go on.
        trials: of the study.
        seed: of the faults' order, times and victims.

    Returns:
        The run's figures and checks.
    """
    folder = Path(tempfile.mkdtemp(prefix=f"chaos-{kind}-"))
    print(f"files: {folder}", file=sys.stderr, flush=True)
    speed = folder / "speed"
    speed.mkdir()
    steps = steps_for(minutes, trials, WORKERS * len(HOSTS), speed)
    dice, scale = random.Random(seed), min(1.0, minutes / FULL)
    with ExitStack() as stack:
        database = stack.enter_context(DATABASES[kind](folder / "database", dice, scale))
        machines = _machines(folder, database)
        for machine in machines:
            stack.callback(machine.lose_power)
            machine.boot()
        clocks = [machine.clock_error() for machine in machines]
        start = time.monotonic()

        def clock() -> float:
            return time.monotonic() - start

        study = write_study(folder / f"{NAME}.toml", trials, steps)
        commands = _commands(study, database, folder)
        supervisors = [
            Supervisor(machine, *commands, machine.number == 1, folder / TESTED, clock)
            for machine in machines
        ]
        watcher = Watcher(database.direct, trials, supervisors, clock)
        faults = Faults(supervisors, database, dice, scale, clock)
        record = Record(trials, EPOCHS, faults.kinds if minutes >= ENOUGH else ())
        record.finished = _disturb(supervisors, watcher, faults, minutes, clock)
        seconds = round(clock(), 1)
        for supervisor in supervisors:
            supervisor.retire()
            supervisor.machine.lose_power()
        for supervisor in supervisors:
            supervisor.join()
        watcher.stop()
    _write_down(record, supervisors, watcher, faults, folder)
    checks = check(record)
    if all(one.holds for one in checks.values()):
        shutil.rmtree(folder)
    return {
        "minutes": minutes,
        "trials": trials,
        "seed": seed,
        "steps_per_epoch": steps,
        "hosts": [machine.host for machine in machines],
        "clocks_off_by_seconds": clocks,
        "seconds": seconds,
        "faults": Counter(fault.kind for fault in record.faults),
        "interrupts": [asdict(interrupt) for interrupt in record.interrupts],
        "ends": [asdict(end) | {"line": _without(folder, end.line)} for end in record.ends],
        "checks": {name: asdict(one) for name, one in checks.items()},
        "failed": [name for name, one in checks.items() if not one.holds],
    }


def _without(folder: Path, line: str) -> str:
    """A line to be published: it names no place of this machine."""
    return line.replace(str(folder), "FOLDER").replace(str(PROJECT), "PROJECT")


def _disturb(
    supervisors: list[Supervisor],
    watcher: Watcher,
    faults: Faults,
    minutes: float,
    clock: Callable[[], float],
) -> bool:
    """Makes faults until the study is done; whether it was done in time."""
    first, *others = supervisors
    first.start()
    while not watcher.ended and not watcher.unfinished:  # others can join when it has begun
        watcher.look()
        time.sleep(0.2)
    for other in others:
        other.start()
    watcher.start()
    latest = LATEST * minutes * 60 + LATEST_MORE
    there = True
    while not all(other.finished for other in others):
        if clock() > latest:
            return False
        if there and clock() > GONE_AFTER * minutes * 60:
            there = False
            faults.take_away(first, others[0])
        if clock() < minutes * 60:
            faults.next()
        else:
            time.sleep(1)
    return True


def _machines(folder: Path, database: Database) -> list[Machine]:
    """Three machines; or three containers of one, with one clock, one name and one /tmp."""
    bridge, found = database.bridge, []
    for number, (host, clock) in enumerate(zip(HOSTS, CLOCKS, strict=True), start=1):
        own = folder / f"machine-{number}"
        found.append(
            Machine(
                number,
                host if bridge else HOSTS[0],
                own,
                (own if bridge else folder) / "tmp",
                clock if bridge else 0,
                bridge,
                {"PYTHONPATH": str(PROJECT), "XDG_CACHE_HOME": str(own)},
            )
        )
    return found


def _commands(study: Path, database: Database, folder: Path) -> tuple[list[str], list[str]]:
    """The words that run the study, and those that join it."""
    options = ("--workers", WORKERS, "--storage", database.url, "--output", "files")
    shared = [*options, "--artifacts", folder / "shared"]
    return [*map(str, ("run", study, *shared))], [*map(str, ("join", NAME, *shared))]


def _write_down(
    record: Record,
    supervisors: list[Supervisor],
    watcher: Watcher,
    faults: Faults,
    folder: Path,
) -> None:
    """Completes the record with what was found at the end."""
    record.faults, record.interrupts = faults.made, faults.interrupts
    record.ends = sorted((end for one in supervisors for end in one.ends), key=lambda end: end.at)
    record.ended, record.unfinished = watcher.ended, watcher.unfinished
    record.changes, record.silences = watcher.changes, watcher.silences
    logged = [path for one in supervisors for path in logs(one.machine.folder)]
    record.trained = trained_epochs([path.read_text(errors="replace") for path in logged])
    tested = folder / TESTED
    record.opened = len(tested.read_text().splitlines()) if tested.exists() else 0
    record.results = [path.read_text() for path in folder.glob("machine-*/files/results.json")]
    said = [path for one in supervisors for path in one.machine.folder.glob("said-*.txt")]
    record.tracebacks = [
        str(path.relative_to(folder))
        for path in [*logged, *said]
        if "Traceback" in path.read_text(errors="replace")
    ]
