"""Processes of a command in a machine, by the numbers that they have on the host."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path


def children(process: int) -> list[int]:
    """A process's own; none where it has ended."""
    try:
        return list(map(int, Path(f"/proc/{process}/task/{process}/children").read_text().split()))
    except OSError:
        return []


def descendants(process: int) -> list[int]:
    """A process's children, theirs, and so on."""
    found = []
    for child in children(process):
        found += [child, *descendants(child)]
    return found


def workers(process: int) -> list[int]:
    """The workers among a command's descendants: the children of its fork server."""
    servers = [one for one in descendants(process) if "forkserver" in command_line(one)]
    return [child for server in servers for child in children(server) if child in servers]


def is_alive(process: int) -> bool:
    """Whether it has not ended."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


def send(signal_: signal.Signals, *processes: int) -> None:
    """Sends a signal to processes, some of which may have ended."""
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, signal_)


def command_line(process: int) -> str:
    """A process's words; "" where it has ended."""
    try:
        return Path(f"/proc/{process}/cmdline").read_text().replace("\0", " ").strip()
    except OSError:
        return ""
