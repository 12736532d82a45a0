"""The process of a command: what an interrupt does before its work begins, and once it is done."""

from __future__ import annotations

import atexit
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import CodeType, FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

_ends: tuple[int, float] | None = None
"""The settled exit status, and since when an interrupt ends the process with it."""
_came = signal.SIGINT
"""The interrupt that came last."""
_dropped = False
"""Whether that one was dropped, and has not come again."""
AGAIN = 0.02
"""Seconds from one attempt to have an interrupt come again to the next."""


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


def interrupts_are_told() -> None:
    """From here on an interrupt is an exception, which a command tells of in its own words."""
    global _ends
    _ends = None
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, interrupt)
    signal.signal(signal.SIGTERM, interrupt)


def interrupt(number: int, frame: FrameType | None) -> None:
    """Handles SIGINT and SIGTERM.

    Raises:
        KeyboardInterrupt: unless the exit status is settled, see `ends_with`.
    """
    global _came, _dropped
    _came, _dropped = signal.Signals(number), False
    if _ends is None:
        raise KeyboardInterrupt
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
    sys.unraisablehook = _unraisable
    try:
        command_line()
    except SystemExit as end:
        ends_with(end.code if isinstance(end.code, int) else int(end.code is not None))
        if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
            signal.signal(signal.SIGINT, interrupt)
        raise


def _unraisable(dropped: UnraisableHookArgs) -> None:
    """Has an interrupt come again that struck where Python drops exceptions.

    It may strike in what is called as an object is removed, within a library.
    """
    global _dropped
    if isinstance(dropped.exc_value, KeyboardInterrupt):
        _dropped = True
        threading.Thread(target=_comes_again, daemon=True).start()
    else:
        sys.__unraisablehook__(dropped)


def _comes_again() -> None:
    """Interrupts the main thread until it has noticed.

    Not while it is in `_unraisable`, where a busy machine may keep it for long: from there it would
    be dropped again. And a signal that comes just before the main thread begins to wait does not
    end its waiting.
    """
    main = threading.main_thread().ident
    assert main is not None, "the main thread runs"
    while _dropped:
        if not _runs(_unraisable.__code__, sys._current_frames().get(main)):
            notices = signal.getsignal(_came) is interrupt
            signal.pthread_kill(main, _came)
            if not notices:  # it is held back, say, by a handler that is told once
                return
        time.sleep(AGAIN)


def _runs(code: CodeType, frame: FrameType | None) -> bool:
    """Whether this code is in the frame, or in one that has called it."""
    while frame is not None and frame.f_code is not code:
        frame = frame.f_back
    return frame is not None
