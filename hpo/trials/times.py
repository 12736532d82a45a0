"""When a trial began and ended, in UTC: times that can be compared, subtracted and sorted.

Optuna gives them as times of this machine's clock, without its zone. In the hour after that clock
is put back these are ambiguous: their attribute `fold` tells which is meant, which neither
differences nor orders heed.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from optuna.trial import FrozenTrial

from hpo.trials.attributes import TrialRecord


def began(trial: FrozenTrial) -> datetime | None:
    """When a trial began; None while it waits for that."""
    return _in_utc(trial.datetime_start)


def ended(trial: FrozenTrial) -> datetime | None:
    """When a trial ended; None before."""
    return _in_utc(trial.datetime_complete)


def last_sign(trial: FrozenTrial) -> datetime | None:
    """When a trial ended or, of one that has not, its worker last gave a sign of life.

    None where it has not begun. Where its worker has given none, that is when it had been trained
    for as long as it has.

    Example:
        >>> import optuna
        >>> trial = optuna.create_trial(value=0.5)
        >>> last_sign(trial) == ended(trial)
        True
    """
    if (end := ended(trial)) is not None:
        return end
    start, record = began(trial), TrialRecord.of(trial)
    if start is None:
        return None
    if record.heartbeat is not None:
        return max(start, datetime.fromisoformat(record.heartbeat).astimezone(UTC))
    return start + timedelta(seconds=record.seconds or 0.0)


def duration(trial: FrozenTrial) -> float | None:
    """Seconds from a trial's beginning to its end; None before that.

    Example:
        >>> import optuna
        >>> duration(optuna.create_trial(value=0.5))
        0.0
    """
    start, end = began(trial), ended(trial)
    return None if start is None or end is None else (end - start).total_seconds()


def in_order(trial: FrozenTrial) -> tuple[datetime, int]:
    """What trials are sorted by in the order in which they ended; those that have not are first."""
    return ended(trial) or datetime.min.replace(tzinfo=UTC), trial.number


def _in_utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC)
