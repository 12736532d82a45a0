"""Identity of processes: the name of one, and whether it has ended."""

from __future__ import annotations

import os
import socket
from pathlib import Path


def this_process() -> str:
    """The name of this process, unique over machines and times: "host:pid:start".

    Example:
        >>> this_process().split(":")[1] == str(os.getpid())
        True
    """
    return f"{socket.gethostname()}:{os.getpid()}:{_start_time(os.getpid())}"


def is_gone(process: str) -> bool:
    """Whether a process of this machine has ended; False for one of another machine.

    Args:
        process: its name, from `this_process`.

    Example:
        >>> is_gone(this_process()), is_gone("another-machine:1:1")
        (False, False)
    """
    host, _, rest = process.partition(":")
    pid, _, start = rest.partition(":")
    if host != socket.gethostname() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:  # it runs, as another user's
        pass
    return _start_time(int(pid)) != start  # its number was given to another process


def _start_time(pid: int) -> str:
    """Start of a process, in clock ticks since the machine's start; "" if it is not known.

    With its number it names a process for good, for numbers are given again. It is not known
    without Linux's /proc, nor of a process that has ended and waits for its parent to notice.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    # Behind the program's name, in parentheses, which may hold blanks: state, ..., start time.
    state, *others = stat.rpartition(")")[2].split()
    return "" if state in "ZX" else others[18]
