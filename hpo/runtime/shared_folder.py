"""A folder that several processes work in, removed by the last of them.

Each holds a shared lock on it, which ends with the process, however that ends.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def used(folder: Path) -> Iterator[None]:
    """Keeps a folder from being removed within the block; makes it where it is missing.

    At the end of the block an empty folder that no other process uses is removed.
    """
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):  # removed by another between the two lines
            handle = os.open(folder, os.O_RDONLY)
            with suppress(OSError):  # some network file systems lock no folders
                fcntl.flock(handle, fcntl.LOCK_SH)
            if _is_at(handle, folder):
                break
            os.close(handle)
    try:
        yield
    finally:
        with suppress(OSError):  # not empty, or used by others
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            folder.rmdir()
        os.close(handle)


@contextmanager
def alone(folder: Path) -> Iterator[bool]:
    """Whether no process uses a folder; if so, none begins to within the block.

    False where that is not known.

    Raises:
        OSError: it is not there, or may not be read.
    """
    handle = os.open(folder, os.O_RDONLY)
    try:
        unused = True
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            unused = False
        yield unused
    finally:
        os.close(handle)


def remove_unused(folder: Path) -> None:
    """Removes a folder with all that is in it, unless another process uses it.

    It stays where that is not known: some network file systems lock no folders.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as above:
        ...     folder = Path(above) / "work"
        ...     with used(folder):
        ...         remove_unused(folder)
        ...         print(folder.exists())
        ...     remove_unused(folder)
        ...     print(folder.exists())
        True
        False
    """
    with suppress(OSError), alone(folder) as unused:  # it is not there
        if unused:
            shutil.rmtree(folder, ignore_errors=True)


def _is_at(handle: int, folder: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), folder.stat())
    except FileNotFoundError:
        return False
