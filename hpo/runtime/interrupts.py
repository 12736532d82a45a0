"""Blocks in which Ctrl-C and SIGTERM wait: they may end a training, but no use of the storage.

An interrupt within a query leaves SQLite locked for this process. One between a pruner's decision
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
"""Numbers of the signals that came since `held_back` began."""


@contextmanager
def held_back() -> Iterator[None]:
    """Holds interrupts back until the end of the block, or until `allowed` or `pause` within it.

    Raises:
        KeyboardInterrupt: at the end of the block, if an interrupt came.

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
    """Yields the items; an interrupt may strike while the next one is made.

    Raises:
        KeyboardInterrupt: an interrupt came, now or earlier within `held_back`.

    Example:
        >>> with held_back():
        ...     list(allowed(iter([1, 2])))
        [1, 2]
    """
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
    """Sleeps; an interrupt ends the sleep at once.

    Raises:
        KeyboardInterrupt: an interrupt came, now or earlier within `held_back`.
    """
    if threading.current_thread() is not threading.main_thread():
        time.sleep(seconds)  # signals reach the main thread alone
        return
    with _handled_by(_remember_and_raise):
        if _came:
            raise KeyboardInterrupt
        time.sleep(seconds)


@contextmanager
def _handled_by(handler: Handler) -> Iterator[None]:
    """Handles interrupts within the block, but leaves ignored signals ignored.

    A shell tells the processes in its background to ignore SIGINT.
    """
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
