"""Which process works on a trial, and whether it still runs."""

from __future__ import annotations

import os
import socket
from pathlib import Path


def this_process() -> str:
    """The name of this process, among all of all machines and times: "host:pid:start"."""
    return f"{socket.gethostname()}:{os.getpid()}:{_start_time(os.getpid())}"


def is_gone(process: str) -> bool:
    """Whether a process of this machine has ended; False for one of another machine."""
    host, _, rest = process.partition(":")
    pid, _, start = rest.partition(":")
    if host != socket.gethostname() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:  # it is someone else's
        pass
    return _start_time(int(pid)) != start  # another process with the same number


def _start_time(pid: int) -> str:
    """When a process started, in clock ticks since the machine did; "" without Linux's /proc.

    Together with its number this names a process for good. "" too for one that has ended and only
    waits for its parent to take notice.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    # Behind the program's name, in parentheses, which may hold blanks: state, ..., start time.
    state, *others = stat.rpartition(")")[2].split()
    return "" if state in "ZX" else others[18]
