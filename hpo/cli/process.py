"""The process of a command: what an interrupt does before its work begins, and once it is done."""

from __future__ import annotations

import atexit
import os
import signal
import sys
import time
from collections.abc import Callable
from types import CodeType, FrameType

from hpo.runtime.dropped_interrupts import come_again, noticed, one_at_a_time, runs

_work: CodeType | None = None
"""The function within which an interrupt is an exception."""
_ends: tuple[int, float] | None = None
"""The settled exit status, and since when an interrupt ends the process with it."""


def no_stream_is_closed() -> None:
    """Standard streams that whoever started the process has closed lead nowhere.

    Else the next file that is opened, a database say, takes the number of one, and gets its text.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest number that is free
    if sys.stdout is None:
        sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    if sys.stderr is None:
        sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)


def quiet_until_the_work() -> None:
    """An interrupt while modules are imported ends the process, and shows no traceback.

    A process that a shell started in its background ignores interrupts, and goes on doing so.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)


def interrupts_are_told(work: CodeType) -> None:
    """From here on an interrupt is an exception, which a command tells of in its own words.

    Args:
        work: the function that calls this one. Once it has ended, whether or not by an interrupt,
            what comes further is no exception: nobody would catch it.
    """
    global _work, _ends
    _work, _ends = work, None
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, interrupt)
    signal.signal(signal.SIGTERM, interrupt)


@one_at_a_time
def interrupt(number: int, frame: FrameType | None) -> None:
    """Handles SIGINT and SIGTERM.

    Raises:
        KeyboardInterrupt: while the work runs, see `interrupts_are_told`, unless the exit status
            is settled, see `ends_with`.
    """
    may_raise = noticed(number, frame)
    if _ends is None:
        if may_raise and _work is not None and runs(_work, frame):
            raise KeyboardInterrupt
        return
    status, since = _ends
    if time.monotonic() >= since:
        os._exit(status)


def ends_with(status: int, patience: float = 0.0) -> None:
    """The exit status is settled: an interrupt changes nothing any more, and is no exception.

    Args:
        status: exit status of the process.
        patience: seconds in which interrupts wait for what is still to be printed; after them, an
            interrupt ends the process at once.
    """
    global _ends
    _ends = (status, time.monotonic() + patience)


def work(command_line: Callable[[], object]) -> None:
    """Runs the command line, which ends with `SystemExit`.

    When a command has ended, Python needs a second to end too. An interrupt in that second ends the
    process at once, with the exit status that the command had.
    """
    # Last of all, Python forgets handlers: what comes then is too late to be told.
    for number in (signal.SIGINT, signal.SIGTERM):
        atexit.register(signal.signal, number, signal.SIG_IGN)
    come_again()
    try:
        command_line()
    except SystemExit as end:
        ends_with(end.code if isinstance(end.code, int) else int(end.code is not None))
        if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
            signal.signal(signal.SIGINT, interrupt)
        raise
    except BaseException:  # which Python tells; then it may still wait for threads
        ends_with(1)
        raise
