"""When Ctrl-C and SIGTERM may strike: while a network trains, not while the storage is in use.

An interrupt within a query leaves SQLite locked for this process; one between a pruner's decision
and the record of it lets the trial live on. But a database may not answer for a long time: what an
interrupt has waited for some seconds is broken off, whatever it is.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

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
    """Interrupts wait for `allowed`, or for the end of the block, but GRACE seconds at most.

    Raises:
        KeyboardInterrupt: at the end, where one came in the meantime; within the block, where one
            came GRACE seconds ago, and again GRACE_AFTER seconds later.
    """
    global _holding
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
    """The same items; interrupts come through while the next one is made, as KeyboardInterrupt."""
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
    """Waits; an interrupt ends that at once, as KeyboardInterrupt, and every pause after it.

    Interrupts are the main thread's; those of other threads end with `stop_waiting`.
    """
    if threading.current_thread() is not threading.main_thread():
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


@contextmanager
def _handled_by(handler: Handler, signals: Sequence[int] = SIGNALS) -> Iterator[None]:
    """What a process was told to ignore, as a shell does for its background, stays ignored."""
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
    _came.append(number)
    if _holding and len(_came) == 1 and HAS_ALARM:
        signal.setitimer(signal.ITIMER_REAL, GRACE, GRACE_AFTER)


def _remember_and_raise(number: int, frame: FrameType | None) -> None:
    _remember(number, frame)
    raise KeyboardInterrupt


def _break_off(number: int, frame: FrameType | None) -> None:
    if _holding:
        raise KeyboardInterrupt
