"""Interrupts that Python drops come again, until a handler of theirs has been told.

A handler raises `KeyboardInterrupt` wherever the main thread is, which may be in what is called as
an object is removed, within a library. Python prints what is raised there, and goes on.

And it runs a handler within another one, or within itself, without end where interrupts come faster
than a handler is done.
"""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable
from functools import wraps
from types import CodeType, FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

Handler = Callable[[int, FrameType | None], None]

AGAIN = 0.02
"""Seconds from one attempt to have an interrupt come again to the next."""
_came = signal.SIGINT
"""The interrupt that came last."""
_dropped = False
"""Whether that one was dropped, and has not come again."""
_handled = False
"""Whether a handler that is `one_at_a_time` runs."""


def one_at_a_time(handler: Handler) -> Handler:
    """A handler within which no interrupt is handled: it is told already, and that is enough."""

    @wraps(handler)
    def handle(number: int, frame: FrameType | None) -> None:
        global _handled
        if _handled:  # first of all, and no call: the next one may come at any
            return
        _handled = True
        try:
            handler(number, frame)
        finally:
            _handled = False

    return handle


def come_again() -> None:
    """From here on an interrupt of this process that is dropped comes again."""
    sys.unraisablehook = _unraisable


def noticed(number: int, frame: FrameType | None) -> bool:
    """An interrupt has come to its handler: each one says so.

    Args:
        number: the handler's.
        frame: the handler's.

    Returns:
        Whether it may raise an exception here; if not, the interrupt comes again.
    """
    global _came, _dropped
    _came = signal.Signals(number)
    _dropped = runs(_unraisable.__code__, frame)
    return not _dropped


def was_dropped() -> bool:
    """Whether an interrupt was dropped that has not come again."""
    return _dropped


def runs(code: CodeType, frame: FrameType | None) -> bool:
    """Whether a function's code is in the frame, or in one that has called it.

    By it, a handler raises nothing where nobody would catch it: once the work has ended, however
    often the interrupt still comes.
    """
    while frame is not None and frame.f_code is not code:
        frame = frame.f_back
    return frame is not None


def _unraisable(dropped: UnraisableHookArgs) -> None:
    global _dropped
    if isinstance(dropped.exc_value, KeyboardInterrupt):
        _dropped = True
    else:
        sys.__unraisablehook__(dropped)
    if _dropped:  # perhaps by one that came in here
        threading.Thread(target=_comes_again, daemon=True).start()


def _comes_again() -> None:
    """Interrupts the main thread until it has noticed.

    Not while it is in `_unraisable`, where a busy machine may keep it for long: from there it would
    be dropped again. And a signal that comes just before the main thread begins to wait does not
    end its waiting.
    """
    main = threading.main_thread().ident
    assert main is not None, "the main thread runs"
    while _dropped:
        if not runs(_unraisable.__code__, sys._current_frames().get(main)):
            signal.pthread_kill(main, _came)
        time.sleep(AGAIN)
