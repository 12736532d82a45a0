"""Speed of a training, in pictures a second."""

from __future__ import annotations

import time


class Speed:
    """Speed of an epoch's steps.

    The first step of a process does not count if others follow: it takes memory and chooses kernels
    for the network's shapes, which can last as long as ten steps. If none follow, the steps before
    an interruption count too.

    Example:
        >>> speed = Speed()
        >>> speed.step_done(160)
        >>> speed.pictures_per_second > 0
        True
    """

    def __init__(self, seconds: float = 0.0) -> None:
        """Begins to measure.

        Args:
            seconds: spent on the epoch's steps before an interruption.
        """
        self._last = (time.perf_counter() - seconds, 0)
        self._marks = [self._last]

    def done_before(self, pictures: int) -> None:
        """Counts more pictures that were done before the interruption."""
        self._last = (self._last[0], self._last[1] + pictures)

    def step_done(self, pictures: int) -> None:
        """Counts more pictures that are done now; 0 if a device was waited for."""
        self._last = (time.perf_counter(), self._last[1] + pictures)
        if len(self._marks) == 1:
            self._marks.append(self._last)

    @property
    def pictures_per_second(self) -> float:
        """Speed, once at least one step is done, by this process or before."""
        until, pictures = self._last
        since, before = next(mark for mark in reversed(self._marks) if mark[1] < pictures)
        return (pictures - before) / (until - since)
