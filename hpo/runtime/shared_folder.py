"""A folder that processes work in: several, of which the last one removes it, or one alone.

Each holds a lock on it, shared or its own, which ends with the process, however that ends. On most
network file systems, NFS and Lustre among them, only processes of the same machine see it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from data.errors import InputError
from hpo.runtime.files import check_folder


@contextmanager
def used(folder: Path) -> Iterator[None]:
    """Keeps a folder from being removed within the block; makes it where it is missing.

    At the end of the block an empty folder that no other process uses is removed.
    """
    handle = _locked(folder, fcntl.LOCK_SH)
    try:
        yield
    finally:
        with suppress(OSError):  # not empty, or used by others
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            folder.rmdir()
        os.close(handle)


@contextmanager
def claimed(folder: Path, together: bool = False) -> Iterator[None]:
    """Lets no other process claim a folder within the block; makes it where it is missing.

    What was made and is empty at the end of the block is removed. On network file systems other
    machines' processes are not kept out and, where folders cannot be locked, nobody is.

    Args:
        folder: the results' folder.
        together: share the claim with all processes that do so too, as those of one study do.

    Raises:
        InputError: another process has claimed it, or it cannot be a folder.
    """
    check_folder(folder)
    made = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        handle = _locked(folder, (fcntl.LOCK_SH if together else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        raise InputError(
            f"{folder}: another process works in it; wait for its end, or choose another folder"
        ) from None
    try:
        yield
    finally:
        with suppress(OSError):  # not empty, or claimed by others
            if together:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for path in made:
                path.rmdir()
        os.close(handle)


@contextmanager
def alone(folder: Path) -> Iterator[bool]:
    """Whether no process of this machine uses a folder; if so, none begins to within the block.

    False where that is not known. On a local disk these are all processes; on a network file system
    those of other machines may use it all the same.

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
    """Removes a folder with all that is in it, unless another process of this machine uses it.

    It stays where that is not known: some network file systems lock no folders. On others, what
    another machine's process does there is not seen: for folders that no study needs any more.

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


def _locked(folder: Path, how: int) -> int:
    """Opens a folder with a lock on it; makes it where it is missing.

    Raises:
        BlockingIOError: another process has a lock on it, and `how` says not to wait.
    """
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):  # removed by another between the two lines
            handle = os.open(folder, os.O_RDONLY)
            try:
                fcntl.flock(handle, how)
            except BlockingIOError:
                os.close(handle)
                raise
            except OSError:  # some network file systems lock no folders
                pass
            if _is_at(handle, folder):
                return handle
            os.close(handle)


def _is_at(handle: int, folder: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), folder.stat())
    except FileNotFoundError:
        return False
