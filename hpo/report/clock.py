"""When trials ran: a study's time without the pauses in which nothing did."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from optuna.trial import FrozenTrial

from hpo.trials.times import began, last_sign

Span = tuple[datetime, datetime]
LONG_PAUSE = 0.1
"""Shortest pause that is left out, as a part of the time in which trials ran."""


def span(trial: FrozenTrial) -> Span:
    """When a trial that was begun started and ended, in UTC; see `last_sign`."""
    start, end = began(trial), last_sign(trial)
    assert start is not None
    assert end is not None
    return start, max(start, end)


class Clock:
    """Seconds since the first trial started, with long pauses left out.

    Attributes:
        seconds: length of the time in which trials ran, short pauses included.
        peak: how many trials ran at the same time, at most.
        pauses: where on this clock each long one was, and its length, in seconds.
    """

    def __init__(self, spans: Sequence[Span]) -> None:
        busy = _merged(spans)
        ran = sum((end - start).total_seconds() for start, end in busy)
        self.pauses: list[tuple[float, float]] = []
        self._starts: list[tuple[datetime, float]] = [(busy[0][0], 0.0)]
        for (_, end), (start, _) in pairwise(busy):
            if (idle := (start - end).total_seconds()) > LONG_PAUSE * ran:
                place = self.at(end)
                self.pauses.append((place, idle))
                self._starts.append((start, place))
        self.seconds = self.at(busy[-1][1])
        self.peak = _peak(spans)

    def at(self, moment: datetime) -> float:
        """The clock's seconds at a moment in which a trial ran."""
        start, seconds = max(
            (known for known in self._starts if known[0] <= moment), key=lambda known: known[0]
        )
        return seconds + (moment - start).total_seconds()


def _merged(spans: Sequence[Span]) -> list[Span]:
    """Without overlaps, in order."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _peak(spans: Sequence[Span]) -> int:
    # Ends before starts: a worker's next trial may start as its last ends.
    events = sorted([(start, 1) for start, _ in spans] + [(end, -1) for _, end in spans])
    running = peak = 0
    for _, change in events:
        running += change
        peak = max(peak, running)
    return peak
