"""A disk that takes nothing more: it is full, a quota is used up, or it is only readable now."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

from data.errors import WorkFailed

TAKES_NOTHING = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}
"""The kernel's error numbers for a disk that takes nothing more."""
PROBE = 1 << 16
"""Bytes that a folder must take not to count as full."""


class NoRoom(WorkFailed):
    """A disk takes nothing more; that is no failure of what was to be written.

    The same work can be done once there is room.
    """


def no_room(error: BaseException, path: Path | None = None) -> NoRoom | None:
    """What to raise in the place of an error that says that a disk takes nothing more.

    Args:
        error: any.
        path: the file that was written; None takes the one that the error names.

    Returns:
        None if the error says something else.

    Example:
        >>> no_room(OSError(errno.ENOSPC, ""), Path("a.txt"))
        NoRoom('a.txt: cannot be written: no space left on device')
        >>> no_room(OSError(errno.ENOENT, ""), Path("a.txt"))
    """
    if isinstance(error, NoRoom):
        return error
    if not isinstance(error, OSError) or error.errno not in TAKES_NOTHING:
        return None
    where = path or error.filename or "a file"
    return NoRoom(f"{where}: cannot be written: {os.strerror(error.errno).lower()}")


def why_full(folder: Path) -> str | None:
    """Why a folder takes nothing more, found out by writing to it; None if that is not so."""
    try:
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(bytes(PROBE))
            probe.flush()
            os.fsync(probe.fileno())
    except OSError as error:
        return os.strerror(error.errno).lower() if error.errno in TAKES_NOTHING else None
    return None
