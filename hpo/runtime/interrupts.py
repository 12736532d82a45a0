"""Blocks in which Ctrl-C and SIGTERM wait: they may end a training, but no use of the storage.

An interrupt within a query leaves SQLite locked for this process; one between a pruner's decision
and the record of it lets the trial live on. But a database may not answer for a long time: what an
interrupt has waited for some seconds is broken off, whatever it is.

Python gives interrupts to a process's main thread alone. In another one, in which a program may run
a study too, none strikes, and there is nothing to hold back.

Interrupts may come again and again, a scheduler's to all processes of a job say, and strike while
handlers are set. So one handler stays for a whole block, and looks at what is under way.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from types import FrameType
from typing import Any, TypeVar

from hpo.runtime.dropped_interrupts import noticed, one_at_a_time, was_dropped

Item = TypeVar("Item")

SIGNALS = (signal.SIGINT, signal.SIGTERM)
GRACE = 3.0
"""Seconds that an interrupt waits for what was begun, which is then broken off."""
GRACE_AFTER = 0.5
"""Seconds that each step has which follows, such as giving a trial back."""
HAS_ALARM = hasattr(signal, "setitimer")  # not on Windows
HAS_MASK = hasattr(signal, "pthread_sigmask")  # not on Windows

# What an interrupt does: what it does to the program; wait; strike at once; wait, for one has
# struck and is on its way; wait, at the block's end. Not an Enum: to read one may call a function,
# and at a call an interrupt may strike.
_OUT, _HELD, _OPEN, _STRUCK, _ENDING = range(5)
_phase = _OUT
_came: list[int] = []
_before: dict[int, Any] = {}
"""The program's own handlers, while `_handle` is in their place."""
_alarm: tuple[Any, float, float, float] | None = None
"""The program's own handler of SIGALRM, its timer's delay and interval, and when ours was set."""
_process_ends = threading.Event()


def held_back() -> AbstractContextManager[None]:
    """Holds interrupts back until the end of the block, or until `allowed` or `pause` within it.

    They wait GRACE seconds at most. Such blocks are not nested.

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
    return _Block()


class _Block:
    def __enter__(self) -> None:
        global _phase
        if not _strikes_here():
            return
        _came.clear()
        try:
            for number in SIGNALS:
                handler = signal.getsignal(number)
                # A shell tells the processes in its background to ignore SIGINT.
                if handler not in (signal.SIG_IGN, None, _handle):
                    _before[number] = handler
                    signal.signal(number, _handle)
        except KeyboardInterrupt:  # before it is held back
            _give_back()
            raise
        _phase = _HELD

    def __exit__(self, kind: object, *_: object) -> None:
        global _phase
        if not _strikes_here():
            return
        _phase = _ENDING
        _disarm()
        # From here on an interrupt is the program's again. If it strikes before all handlers are
        # its own, ours does as those would.
        _phase = _OUT
        _give_back()
        if _came and kind is None:
            raise KeyboardInterrupt


def allowed(items: Iterator[Item]) -> Iterator[Item]:
    """Yields the items; within `held_back` an interrupt may strike while the next one is made.

    Raises:
        KeyboardInterrupt: an interrupt came, now or earlier within `held_back`.

    Example:
        >>> with held_back():
        ...     list(allowed(iter([1, 2])))
        [1, 2]
    """
    while True:
        try:
            _let_strike()
            item = next(items)
        except StopIteration:
            return
        finally:
            _hold_again()
        yield item


def pause(seconds: float) -> None:
    """Sleeps; an interrupt ends the sleep at once. Other threads' pauses end with `stop_waiting`.

    Raises:
        KeyboardInterrupt: an interrupt came, now or earlier within `held_back`.
    """
    if not _strikes_here():
        if _process_ends.wait(seconds):
            raise KeyboardInterrupt
        return
    try:
        _let_strike()
        time.sleep(seconds)
    finally:
        _hold_again()


@contextmanager
def inherited_block(signals: set[signal.Signals]) -> Iterator[None]:
    """Signals wait within the block, and in processes started in it until these let them through.

    To ignore them for the moment of the start would lose those that come to this process then.
    """
    if not HAS_MASK:
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    try:  # the call may raise what came before it
        signal.pthread_sigmask(signal.SIG_BLOCK, signals)
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def stop_waiting() -> None:
    """The process ends: no thread waits for an answer of the storage any more."""
    _process_ends.set()


def must_not_wait() -> bool:
    """Whether the process ends, see `stop_waiting`."""
    return _process_ends.is_set()


def _strikes_here() -> bool:
    """Whether an interrupt may strike in this thread."""
    return threading.current_thread() is threading.main_thread()


def _let_strike() -> None:
    """Within `held_back`, an interrupt strikes from here on, and one that came strikes now."""
    global _phase
    if not _strikes_here() or _phase == _OUT:
        return
    _phase = _OPEN
    if _came:
        _phase = _STRUCK
        raise KeyboardInterrupt


def _hold_again() -> None:
    global _phase
    # If one strikes as this is called, it stays on its way, and the others wait as well.
    if _strikes_here() and _phase != _OUT:
        _phase = _HELD


def _handle(number: int, frame: FrameType | None) -> None:
    """Handles SIGINT and SIGTERM within `held_back`.

    Raises:
        KeyboardInterrupt: it strikes here.
    """
    if _phase != _OUT:
        _hold(number, frame)
    elif callable(before := _before[number]):
        before(number, frame)
    else:  # the system's own, which ends the process
        signal.signal(number, before)
        signal.raise_signal(number)


@one_at_a_time
def _hold(number: int, frame: FrameType | None) -> None:
    global _phase
    again = was_dropped()
    may_raise = noticed(number, frame)
    _came.append(number)
    if _phase == _ENDING:
        return
    _arm()
    if may_raise and (_phase == _OPEN or (_phase == _STRUCK and again)):
        _phase = _STRUCK
        raise KeyboardInterrupt


def _give_back() -> None:
    """Gives the program its own handlers back, where it has set no others."""
    for number, handler in _before.items():
        if signal.getsignal(number) is _handle:
            signal.signal(number, handler)


def _arm() -> None:
    """Breaks off what is under way when GRACE seconds have passed."""
    global _alarm
    if HAS_ALARM and _alarm is None:
        handler = signal.signal(signal.SIGALRM, _break_off)
        delay, interval = signal.setitimer(signal.ITIMER_REAL, GRACE, GRACE_AFTER)
        _alarm = handler, delay, interval, time.monotonic()


def _disarm() -> None:
    """Breaks nothing off any more; a timer of the program's own goes on."""
    global _alarm
    if _alarm is None:
        return
    handler, delay, interval, since = _alarm
    signal.setitimer(signal.ITIMER_REAL, 0)
    if handler is not None:  # None: of another language
        signal.signal(signal.SIGALRM, handler)
    _alarm = None
    if delay:
        left = max(delay - (time.monotonic() - since), 0.001)
        signal.setitimer(signal.ITIMER_REAL, left, interval)


def _break_off(number: int, frame: FrameType | None) -> None:
    at_the_end = frame is not None and frame.f_code is _Block.__exit__.__code__
    if _phase in (_HELD, _OPEN, _STRUCK) and not at_the_end:
        raise KeyboardInterrupt
