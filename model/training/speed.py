"""Speed of a training, in pictures a second."""

from __future__ import annotations

import time


class Speed:
    """Speed of an epoch's steps.

    The first step does not count if there are others: in a new process it takes memory and chooses
    kernels for the network's shapes, which can last as long as ten steps.

    Example:
        >>> speed = Speed()
        >>> speed.step_done(160)
        >>> speed.pictures_per_second > 0
        True
    """

    def __init__(self) -> None:
        self._last = (time.perf_counter(), 0)
        self._marks = [self._last]

    def step_done(self, pictures: int) -> None:
        """So many pictures more are done; 0 if a device was waited for."""
        self._last = (time.perf_counter(), self._last[1] + pictures)
        if len(self._marks) == 1:
            self._marks.append(self._last)

    @property
    def pictures_per_second(self) -> float:
        """After at least one step."""
        until, pictures = self._last
        since, before = next(mark for mark in reversed(self._marks) if mark[1] < pictures)
        return (pictures - before) / (until - since)
