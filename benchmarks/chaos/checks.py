"""What must hold of a run; each check can fail."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.chaos.record import End, Record

EXTRA = 0.15
"""Part of the undisturbed epochs that may be trained beside them."""
EXIT = 120.0
"""Seconds after a fault in which a process that ends because of it has ended."""
INTERRUPT = 10.0
"""Seconds in which Ctrl-C ends a command with all its processes."""
SAID = {1: re.compile("failed: "), 2: re.compile(r"error: (study \S+: )?storage ")}
"""How the last line begins of a command that ends by itself, by exit status.

With status 2 it ends if the database is away as it starts.
"""


@dataclass(frozen=True)
class Check:
    """A check.

    Attributes:
        holds: whether it does.
        found: what was found, in words or figures.
    """

    holds: bool
    found: object


def check(record: Record) -> dict[str, Check]:
    """All checks, by what they make sure of."""
    return {name: one(record) for name, one in CHECKS.items()}


def _finished(record: Record) -> Check:
    return Check(record.finished, record.finished)


def _budget(record: Record) -> Check:
    states = [trial.state for trial in record.ended.values()]
    done = states.count("COMPLETE") + states.count("PRUNED")
    return Check(done == record.trials, {"done": done, "failed": states.count("FAIL")})


def _none_running(record: Record) -> Check:
    running = record.unfinished.count("RUNNING")
    return Check(running == 0, running)


def _unchanged(record: Record) -> Check:
    return Check(not record.changes, record.changes)


def _epochs(record: Record) -> Check:
    undisturbed = record.trials * record.epochs
    extra = record.trained / undisturbed - 1
    found = {"trained": record.trained, "undisturbed": undisturbed, "extra": round(extra, 4)}
    # Fewer than undisturbed would mean that they are not counted.
    return Check(0 <= extra <= EXTRA, found)


def _tested_once(record: Record) -> Check:
    different = len(set(record.results))
    found = {
        "opened": record.opened,
        "results.json files": len(record.results),
        "different ones": different,
    }
    return Check(record.opened == 1 and different == 1, found)


def _exits(record: Record) -> Check:
    bad, slowest = [], 0.0
    for end in record.ends:
        if end.cause == "killed" or end.status == 0:
            continue
        if end.cause == "interrupted":
            if end.status != 130:
                bad.append(f"{_named(end)} though interrupted")
            continue
        if end.status not in SAID or not SAID[end.status].match(end.line):
            bad.append(_named(end))
            continue
        after = seconds_after_its_fault(record, end)
        slowest = max(slowest, after)
        if after > EXIT:
            bad.append(f"{_named(end)}, {after:.0f} s after the fault")
    by_itself = sum(end.cause == "" and end.status != 0 for end in record.ends)
    return Check(
        not bad, {"by themselves": by_itself, "slowest, seconds": round(slowest, 1), "wrong": bad}
    )


def seconds_after_its_fault(record: Record, end: End) -> float:
    """Seconds from the fault that a command ended of, or from its own start if that was later.

    The fault is the latest that may have struck the machine, up to the end; without one the
    command ended for no reason, and the seconds are infinite.
    """
    own = f"machine {end.machine}"
    begun = [
        fault.at for fault in record.faults if fault.at <= end.at and fault.target in ("", own)
    ]
    return end.at - max(max(begun), end.began) if begun else float("inf")


def _interrupts(record: Record) -> Check:
    seconds = [interrupt.all_seconds for interrupt in record.interrupts]
    return Check(all(one <= INTERRUPT for one in seconds), sorted(seconds))


def _no_silence(record: Record) -> Check:
    return Check(all(one <= EXIT for one in record.silences.values()), record.silences)


def _no_traceback(record: Record) -> Check:
    return Check(not record.tracebacks, record.tracebacks)


def _every_kind(record: Record) -> Check:
    made = [fault.kind for fault in record.faults]
    missing = sorted(set(record.kinds) - set(made))
    return Check(not missing, {kind: made.count(kind) for kind in record.kinds})


def _named(end: End) -> str:
    return f"{end.command} on machine {end.machine} at {end.at:.0f} s: {end.status}, {end.line!r}"


CHECKS: dict[str, Callable[[Record], Check]] = {
    "commands ended with the study done": _finished,
    "exactly the budget of finished trials": _budget,
    "no trial is left running": _none_running,
    "no finished trial and no result changed": _unchanged,
    "epochs trained at most 15 % over the undisturbed": _epochs,
    "tested once": _tested_once,
    "commands end within 120 s of a fault, with a line and a status": _exits,
    "Ctrl-C ends them within 10 s": _interrupts,
    "no machine is silent for 120 s with work to do": _no_silence,
    "no traceback anywhere": _no_traceback,
    "every kind of fault was made": _every_kind,
}
