"""When Ctrl-C and SIGTERM may strike: while a network trains, not while the storage is in use.

An interrupt within a query leaves SQLite locked for this process; one between a pruner's decision
and the record of it lets the trial live on.
"""

from __future__ import annotations

import signal
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
        with _handled_by(signal.default_int_handler):
            if _came:
                raise KeyboardInterrupt
            try:
                item = next(items)
            except StopIteration:
                return
        yield item


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
