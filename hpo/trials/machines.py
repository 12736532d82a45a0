"""Machines that a study's workers are on, as its trials tell of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

from optuna.trial import FrozenTrial

from hpo.trials.attributes import TrialRecord
from hpo.trials.times import began, ended, in_order


def done_with_all(
    running: Sequence[FrozenTrial], all_ended: Sequence[FrozenTrial]
) -> Iterator[str]:
    """Workers for whom no trial was left, while others of their machine ran their last one.

    Theirs ended after that one began; between machines, clocks do not compare. Where no trial runs
    any more, the machine is that whose trial ended last.
    """
    begun: dict[str, datetime] = {}
    if not running and (done := [trial for trial in all_ended if ended(trial)]):
        final = max(done, key=in_order)
        machine = _machine(TrialRecord.of(final).worker)
        running = [t for t in done if _machine(TrialRecord.of(t).worker) == machine]
    for trial in running:
        if (start := began(trial)) is not None:
            machine = _machine(TrialRecord.of(trial).worker)
            begun[machine] = max(start, begun.get(machine, start))
    for trial in all_ended:
        worker = TrialRecord.of(trial).worker
        last, end = begun.get(_machine(worker)), ended(trial)
        if last is not None and end is not None and end >= last:
            yield worker


def largest_machine(workers: Sequence[str]) -> int:
    """The number of workers of the machine that has most of them, at least 1."""
    return max(Counter(map(_machine, set(workers))).values(), default=1)


def _machine(worker: str) -> str:
    return worker.partition(":")[0]
