"""Each check of a run with faults holds of a good record, and fails of a bad one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from benchmarks.chaos.checks import CHECKS, check, seconds_after_its_fault
from benchmarks.chaos.record import End, Ended, Fault, Interrupt, Record

KINDS = ("worker killed", "connections half-open")
AWAY = "failed: storage postgresql://host/db: does not answer; once it answers, the same command"
Spoil = Callable[[Record], object]


def good() -> Record:
    return Record(
        trials=2,
        epochs=4,
        kinds=KINDS,
        faults=[
            Fault("worker killed", "machine 1", 20.0, 0.0),
            Fault("connections half-open", "", 50.0, 110.0),
        ],
        ends=[
            End(1, "run", -9, "", 0.0, 10.0, "killed"),
            End(2, "join", 130, "interrupted: the same command", 0.0, 11.0, "interrupted"),
            End(2, "join", 1, AWAY, 14.0, 160.0),
            End(2, "join", 2, "error: storage postgresql://host/db: cannot be used", 163.0, 165.0),
            End(2, "join", 0, "", 168.0, 300.0),
        ],
        interrupts=[Interrupt(2, 10.0, 1.0, 2.0)],
        ended={
            0: Ended("COMPLETE", (0.5,), {1: 0.5}),
            1: Ended("FAIL", (), {}),
            2: Ended("PRUNED", (), {1: 0.25}),
        },
        unfinished=["WAITING"],
        silences={1: 15.0, 2: 100.0},
        trained=9,
        opened=1,
        results=["{}", "{}"],
        finished=True,
    )


def end_with(**changes: object) -> Spoil:
    """Changes of the end of a command that ended by itself."""

    def spoil(record: Record) -> None:
        record.ends[2] = replace(record.ends[2], **changes)  # type: ignore[arg-type]

    return spoil


def test_all_hold_of_a_good_run() -> None:
    assert not [name for name, one in check(good()).items() if not one.holds]


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        ("commands ended with the study done", lambda r: setattr(r, "finished", False)),
        ("exactly the budget of finished trials", lambda r: r.ended.pop(2)),
        (
            "exactly the budget of finished trials",
            lambda r: r.ended.update({3: Ended("COMPLETE", (0.1,), {})}),
        ),
        ("no trial is left running", lambda r: r.unfinished.append("RUNNING")),
        ("no finished trial and no result changed", lambda r: r.changes.append("trial 1")),
        ("epochs trained at most 15 % over the undisturbed", lambda r: setattr(r, "trained", 10)),
        ("epochs trained at most 15 % over the undisturbed", lambda r: setattr(r, "trained", 7)),
        ("tested once", lambda r: setattr(r, "opened", 2)),
        ("tested once", lambda r: setattr(r, "opened", 0)),
        ("tested once", lambda r: r.results.append('{"test": 1}')),
        ("Ctrl-C ends them within 10 s", lambda r: r.interrupts.append(Interrupt(1, 9, 1, 11))),
        ("no machine is silent for 120 s with work to do", lambda r: r.silences.update({1: 121.0})),
        ("no traceback anywhere", lambda r: r.tracebacks.append("said-1.txt")),
        ("every kind of fault was made", lambda r: r.faults.pop(0)),
    ]
    + [
        ("commands end within 120 s of a fault, with a line and a status", spoil)
        for spoil in (
            end_with(at=171.0),
            end_with(line="Segmentation fault"),
            end_with(status=-11),
            end_with(status=2),
            end_with(cause="interrupted"),
            end_with(at=19.0),
        )
    ],
)
def test_each_fails_of_a_bad_run(name: str, spoil: Spoil) -> None:
    record = good()
    spoil(record)
    assert [found for found, one in check(record).items() if not one.holds] == [name]


def test_every_check_was_seen_to_fail() -> None:
    marks = test_each_fails_of_a_bad_run.pytestmark  # type: ignore[attr-defined]
    assert {name for name, _ in marks[0].args[1]} == CHECKS.keys()


def test_a_command_is_slow_from_its_fault_or_from_its_own_start() -> None:
    record, end = good(), End(2, "join", 1, AWAY, 0.0, 160.0)
    assert seconds_after_its_fault(record, end) == 110
    assert seconds_after_its_fault(record, replace(end, began=155.0)) == 5
    # A fault of another machine is no reason, nor is one that came later.
    assert seconds_after_its_fault(record, replace(end, at=40.0)) == float("inf")
    assert seconds_after_its_fault(record, replace(end, at=40.0, machine=1)) == 20
