"""Identity of processes: a name that no other process has, and whether that process has ended.

Host names and process numbers do not tell processes apart: containers and cloned machines share
them, and /proc may hide other users' processes. So each process draws a token, and holds a lock on
an empty file of that name on the local disk. The kernel lets go of it when the process ends,
however it ends. Whoever finds the file, and nobody holding it, knows that the process has ended.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import re
import secrets
import socket
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from threading import Lock

BOOT = Path("/proc/sys/kernel/random/boot_id")
PREFIX = "siamese-hpo-process-"
"""Beginning of the names of the lock files, in the folder for temporary files."""
FORGOTTEN = 86400.0
"""Seconds after which the lock file of a process that was killed is of no use."""
TOKEN = re.compile("[0-9a-f]{24}")
"""Eight characters of the kernel's boot, and sixteen of the process."""

_names: list[str] = []
"""This process's name; empty until somebody asks."""
_handles: list[int] = []
"""The open lock file, where there is one: as long as it is open, the lock holds."""
_guard = Lock()


def this_process() -> str:
    """The name of this process, unique over machines and times: "host:pid:token".

    Example:
        >>> this_process().split(":")[1] == str(os.getpid())
        True
    """
    with _guard:
        if not _names:
            _names.append(_begin())
        return _names[0]


def in_file_names(process: str) -> str:
    """A process's name as part of a file's name, which `is_gone` takes too."""
    return process.replace(":", "-")


def names_a_process(name: str) -> bool:
    """Whether the name of a file ends with that of a process.

    Example:
        >>> names_a_process(in_file_names(this_process())), names_a_process("checkpoints")
        (True, False)
    """
    return TOKEN.fullmatch(name[-24:]) is not None


def shown(process: str) -> str:
    """A process's name as people know it: "host:pid"; "" for nobody.

    Example:
        >>> shown("laptop:4711:0123456789abcdef01234567")
        'laptop:4711'
    """
    return ":".join(process.split(":")[:2])


def is_gone(process: str) -> bool:
    """Whether it is certain that a process has ended.

    False for one of another machine, of a container with other temporary files, or from before
    this machine was started, as nothing is known of it; False, too, for a name that has no token.

    Args:
        process: its name, from `this_process`.

    Example:
        >>> is_gone(this_process()), is_gone("another-machine:1:1")
        (False, False)
    """
    token = process[-24:]
    if not TOKEN.fullmatch(token) or token[:8] != _boot() or process == this_process():
        return False
    try:
        return not _is_held(_lock_file(token))
    except OSError:  # it is not there, or another user's and secret, or cannot be locked
        return False


def stay_known() -> None:
    """Lets others find out that this process has ended even where it ends in order.

    It may have to leave a trial running, for it cannot reach the database.
    """
    this_process()
    atexit.unregister(_remove)


def forget_the_ended() -> None:
    """Removes the lock files of processes that ended long ago, and this one's when it ends.

    To be called where nothing runs any more. Another study may still have to find out that a
    process of its own has ended, so files of the last day stay. Where they are missing a worker's
    silence tells.
    """
    with suppress(OSError):
        own = _lock_file(this_process()[-24:])
        atexit.register(_remove, own)
        for path in own.parent.glob(f"{PREFIX}*"):
            with suppress(OSError):
                old = time.time() - path.stat().st_mtime > FORGOTTEN
                if path != own and old and not _is_held(path):
                    path.unlink()


def _begin() -> str:
    """A new name for this process, and a lock that is held until it ends."""
    token = _boot() + secrets.token_hex(8)
    # Else nobody can tell when it ends: no such folder, a full disk, a file system without locks.
    with suppress(OSError):
        path = _lock_file(token)
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o644)
        _handles.append(handle)
        atexit.register(_remove, path)
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return f"{socket.gethostname()}:{os.getpid()}:{token}"


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()


def _is_held(path: Path) -> bool:
    """Whether a living process holds the lock on a file.

    Raises:
        OSError: the file is not there, or cannot be locked.
    """
    handle = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def _lock_file(token: str) -> Path:
    return Path(tempfile.gettempdir()) / f"{PREFIX}{token}"


def _boot() -> str:
    """What tells this start of this machine's kernel from others; zeros where nothing does."""
    try:
        return BOOT.read_text()[:8]
    except OSError:  # not Linux
        return "0" * 8


def _after_fork() -> None:
    """A copy of a process has no name yet, and must not hold its parent's lock."""
    global _guard
    _guard = Lock()
    _names.clear()
    atexit.unregister(_remove)
    while _handles:
        with suppress(OSError):
            os.close(_handles.pop())


os.register_at_fork(after_in_child=_after_fork)
