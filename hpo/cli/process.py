"""The process of a command: what an interrupt does before its work begins, and once it is done."""

from __future__ import annotations

import atexit
import os
import signal
from collections.abc import Callable


def quiet_until_the_work() -> None:
    """An interrupt while modules are imported ends the process, and shows no traceback.

    A process that a shell started in its background ignores interrupts, and goes on doing so.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)


def interrupts_are_told() -> None:
    """From here on an interrupt is an exception, which a command tells of in its own words."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def work(command_line: Callable[[], object]) -> None:
    """Runs the command line, which ends with `SystemExit`.

    When a command has ended, Python needs a second to end too. An interrupt in that second changes
    nothing any more: it ends the process at once, with the exit status that the command had.
    """
    # Last of all, Python forgets handlers: what comes then is too late to be told.
    atexit.register(signal.signal, signal.SIGINT, signal.SIG_IGN)
    try:
        command_line()
    except SystemExit as end:
        if signal.getsignal(signal.SIGINT) in (signal.default_int_handler, signal.SIG_DFL):
            status = end.code if isinstance(end.code, int) else int(end.code is not None)
            signal.signal(signal.SIGINT, lambda *_: os._exit(status))
        raise
