"""Files that appear whole or not at all.

A file is written under another name first, then renamed. Its process holds a lock on it meanwhile,
which ends with the process, however that ends: a file that was only begun, and that nobody holds,
is nobody's.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from data.full_disk import no_room

BEGUN = re.compile(r"\.[0-9a-f]{16}\.part")
"""Names of files that are being written."""
SETTLED = 60.0
"""Seconds without a write after which such a file may be nobody's.

On some network file systems a lock is seen by its own machine alone.
"""


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yields a temporary path whose file becomes `path` at the end of the block.

    Where the block raises, `path` stays as it was. Where `path` is a link, what it leads to is
    replaced; the content of a device or a pipe is written to it at the end.

    Raises:
        NoRoom: its disk takes nothing more.
        OSError: the file cannot be there.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     path = Path(folder) / "note.txt"
        ...     with replacing(path) as partial:
        ...         print(partial.write_text("23 trials"), path.exists())
        ...     print(path.read_text(), partial.exists())
        9 False
        23 trials False
    """
    try:
        if _is_stream(path):
            with tempfile.TemporaryDirectory() as folder:
                partial = Path(folder) / "content"
                partial.touch()
                yield partial
                with partial.open("rb") as source, path.open("ab", buffering=0) as stream:
                    shutil.copyfileobj(source, stream)
            return
        target = Path(os.path.realpath(path))
        target.parent.mkdir(parents=True, exist_ok=True)
        with _begun_in(target.parent) as partial:
            yield partial
            os.replace(partial, target)
    except OSError as error:
        if (full := no_room(error, path)) is not None:
            raise full from error
        raise


def clear_begun(folder: Path) -> None:
    """Removes from a folder the files that killed processes, of any machine, had begun to write."""
    try:
        begun = [path for path in folder.iterdir() if BEGUN.fullmatch(path.name)]
    except OSError:  # it is not there
        return
    for path in begun:
        with suppress(OSError):  # another's, or another was faster
            handle = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if time.time() - os.fstat(handle).st_mtime > SETTLED:
                    path.unlink()
            finally:
                os.close(handle)


@contextmanager
def _begun_in(folder: Path) -> Iterator[Path]:
    """The path of an empty file, locked and removed at the end of the block."""
    # Of any length the name would be too long; of this process alone, processes share numbers.
    path = folder / f".{secrets.token_hex(8)}.part"
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with suppress(OSError):  # some network file systems lock nothing; then it stays if killed
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield path
    finally:
        with suppress(OSError):
            path.unlink()
        os.close(handle)


def _is_stream(path: Path) -> bool:
    """Whether a path is no place for a file: a device, a pipe, or a file that is open already."""
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return False
    # /dev/stdout leads through /proc to what stdout is, which may be a file that others write to.
    folder = Path(os.path.realpath(path.parent))
    is_open = folder == Path("/dev") or folder.is_relative_to("/proc")
    return not stat.S_ISDIR(mode) and (is_open or not stat.S_ISREG(mode))
