"""Blocks in which Ctrl-C and SIGTERM wait: they may end a training, but no use of the storage.

An interrupt within a query leaves SQLite locked for this process; one between a pruner's decision
and the record of it lets the trial live on. But a database may not answer for a long time: what an
interrupt has waited for some seconds is broken off, whatever it is.

Python gives interrupts to a process's main thread alone. In another one, in which a program may run
a study too, none strikes, and there is nothing to hold back.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

from hpo.runtime.dropped_interrupts import noticed

Item = TypeVar("Item")
Handler = Callable[[int, FrameType | None], object]

SIGNALS = (signal.SIGINT, signal.SIGTERM)
GRACE = 3.0
"""Seconds that an interrupt waits for what was begun, which is then broken off."""
GRACE_AFTER = 0.5
"""Seconds that each step has which follows, such as giving a trial back."""
HAS_ALARM = hasattr(signal, "setitimer")  # not on Windows
_came: list[int] = []
_holding = False
_ending = threading.Event()


@contextmanager
def held_back() -> Iterator[None]:
    """Holds interrupts back until the end of the block, or until `allowed` or `pause` within it.

    They wait GRACE seconds at most.

    Raises:
        KeyboardInterrupt: at the end of the block, if an interrupt came; within the block, if one
            came GRACE seconds ago, and again GRACE_AFTER seconds later.

    Example:
        >>> try:
        ...     with held_back():
        ...         signal.raise_signal(signal.SIGTERM)
        ...         print("the query is done")
        ... except KeyboardInterrupt:
        ...     print("interrupted")
        the query is done
        interrupted
    """
    global _holding
    if not _strikes_here():
        yield
        return
    _came.clear()
    alarm = (signal.SIGALRM,) if HAS_ALARM else ()
    try:
        with _handled_by(_break_off, alarm), _handled_by(_remember):
            _holding = True
            try:
                yield
            finally:
                _holding = False
                if HAS_ALARM:
                    signal.setitimer(signal.ITIMER_REAL, 0)
    finally:
        came = bool(_came)
        _came.clear()
    if came:
        raise KeyboardInterrupt


def allowed(items: Iterator[Item]) -> Iterator[Item]:
    """Yields the items; an interrupt may strike while the next one is made.

    Raises:
        KeyboardInterrupt: an interrupt came, now or earlier within `held_back`.

    Example:
        >>> with held_back():
        ...     list(allowed(iter([1, 2])))
        [1, 2]
    """
    if not _strikes_here():
        yield from items
        return
    while True:
        with _handled_by(_remember_and_raise):
            if _came:
                raise KeyboardInterrupt
            try:
                item = next(items)
            except StopIteration:
                return
        yield item


def pause(seconds: float) -> None:
    """Sleeps; an interrupt ends the sleep at once. Other threads' pauses end with `stop_waiting`.

    Raises:
        KeyboardInterrupt: an interrupt came, now or earlier within `held_back`.
    """
    if not _strikes_here():
        if _ending.wait(seconds):
            raise KeyboardInterrupt
        return
    with _handled_by(_remember_and_raise):
        if _came:
            raise KeyboardInterrupt
        time.sleep(seconds)


def stop_waiting() -> None:
    """The process ends: no thread waits for an answer of the storage any more."""
    _ending.set()


def must_not_wait() -> bool:
    """Whether the process ends, see `stop_waiting`."""
    return _ending.is_set()


def _strikes_here() -> bool:
    """Whether an interrupt may strike in this thread."""
    return threading.current_thread() is threading.main_thread()


@contextmanager
def _handled_by(handler: Handler, signals: Sequence[int] = SIGNALS) -> Iterator[None]:
    """Handles interrupts within the block, but leaves ignored signals ignored.

    A shell tells the processes in its background to ignore SIGINT.
    """
    before = {
        number: signal.signal(number, handler)
        for number in signals
        if signal.getsignal(number) is not signal.SIG_IGN
    }
    try:
        yield
    finally:
        for number, handler_before in before.items():
            signal.signal(number, handler_before)


def _remember(number: int, frame: FrameType | None) -> None:
    noticed(number)
    _came.append(number)
    if _holding and len(_came) == 1 and HAS_ALARM:
        signal.setitimer(signal.ITIMER_REAL, GRACE, GRACE_AFTER)


def _remember_and_raise(number: int, frame: FrameType | None) -> None:
    noticed(number)
    if _holding:  # else nobody would ever forget it
        _remember(number, frame)
    raise KeyboardInterrupt


def _break_off(number: int, frame: FrameType | None) -> None:
    if _holding:
        raise KeyboardInterrupt
