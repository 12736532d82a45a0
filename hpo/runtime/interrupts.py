"""When Ctrl-C and SIGTERM may strike: while a network trains, not while the storage is in use.

An interrupt within a query leaves SQLite locked for this process; one between a pruner's decision
and the record of it lets the trial live on.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

Item = TypeVar("Item")
Handler = Callable[[int, FrameType | None], object]

SIGNALS = (signal.SIGINT, signal.SIGTERM)
_came: list[int] = []


@contextmanager
def held_back() -> Iterator[None]:
    """Interrupts wait for `allowed`, or for the end of the block.

    Raises:
        KeyboardInterrupt: at the end, where one came in the meantime.
    """
    _came.clear()
    try:
        with _handled_by(_remember):
            yield
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
    """Waits; an interrupt ends that at once, as KeyboardInterrupt, and every pause after it."""
    if threading.current_thread() is not threading.main_thread():
        time.sleep(seconds)  # interrupts are the main thread's
        return
    with _handled_by(_remember_and_raise):
        if _came:
            raise KeyboardInterrupt
        time.sleep(seconds)


@contextmanager
def _handled_by(handler: Handler) -> Iterator[None]:
    """What a process was told to ignore, as a shell does for its background, stays ignored."""
    before = {
        number: signal.signal(number, handler)
        for number in SIGNALS
        if signal.getsignal(number) is not signal.SIG_IGN
    }
    try:
        yield
    finally:
        for number, handler_before in before.items():
            signal.signal(number, handler_before)


def _remember(number: int, frame: FrameType | None) -> None:
    _came.append(number)


def _remember_and_raise(number: int, frame: FrameType | None) -> None:
    _came.append(number)
    raise KeyboardInterrupt
