"""Files written whole or not at all, and folders that can hold them.

A link stays one: what it leads to is written. Devices and pipes are written to, as they are.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from data.errors import InputError


def check_folder(folder: Path) -> None:
    """Checks, before hours of work, that files can be written to a folder; creates nothing.

    A folder that cannot be written to any more raises OSError later, where that is tried.

    Raises:
        InputError: a file is in the way, the name cannot be one, or writing is not allowed.
    """
    absolute = folder.absolute()
    try:
        above = (absolute, *absolute.parents)
        nearest = next(path for path in above if _is_there(path, links=False))
        if not _is_there(nearest):
            raise InputError(
                f"{folder}: cannot be a folder, {nearest} is a link to"
                f" {os.readlink(nearest)}, which is not there"
            )
    except OSError as error:  # a folder above may not be searched, or a name is too long
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"{folder}: cannot be a folder: {reason}") from None
    if not nearest.is_dir():
        raise InputError(f"{folder}: cannot be a folder, {nearest} is a file")
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise InputError(f"{folder}: writing in {nearest} is not allowed")


def _is_there(path: Path, links: bool = True) -> bool:
    """Whether a path exists; with `links`, whether what it leads to does.

    Not `Path.exists`: from Python 3.14 on it says False where it cannot tell.

    Raises:
        OSError: it cannot be told, and why.
    """
    try:
        path.stat(follow_symlinks=links)
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def write_text(path: Path, text: str) -> None:
    """Writes a text file as UTF-8, whole or not at all; see `write_bytes`.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     write_text(Path(folder) / "new" / "note.txt", "23 trials")
        ...     (Path(folder) / "new" / "note.txt").read_text()
        '23 trials'
    """
    write_bytes(path, text.encode())


def write_bytes(path: Path, content: bytes) -> None:
    """Writes a file whole or not at all: under another name first, then renamed.

    The folders above it are made where they are missing; see `replacing`.

    Raises:
        InputError: the file cannot be written there.
    """
    if not path.name:
        raise InputError(f"{str(path)!r}: is no file name")
    try:
        with replacing(path) as partial:
            partial.write_bytes(content)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {(error.strerror or '').lower()}") from None


def copy_file(source: Path, path: Path) -> None:
    """Copies a file whole or not at all: under another name first, then renamed.

    Raises:
        OSError: the source cannot be read, or the file not written.
    """
    with replacing(path) as partial:
        shutil.copyfile(source, partial)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yields a temporary path whose file becomes `path` at the end of the block.

    Where the block raises, `path` stays as it was. Where `path` is a link, what it leads to is
    replaced; the content of a device or a pipe is written to it at the end.

    Raises:
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
    if _is_stream(path):
        with tempfile.TemporaryDirectory() as folder:
            partial = Path(folder) / "content"
            yield partial
            with partial.open("rb") as source, path.open("ab", buffering=0) as stream:
                shutil.copyfileobj(source, stream)
        return
    target = Path(os.path.realpath(path))
    # Of any length the name would be too long; of this process alone, processes share numbers.
    partial = target.with_name(f".{secrets.token_hex(8)}.part")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield partial
        os.replace(partial, target)
    finally:
        with suppress(OSError):
            partial.unlink()


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


def write_json(path: Path, document: dict[str, Any]) -> None:
    """Writes a table as JSON, whole or not at all; see `write_bytes`."""
    write_text(path, json.dumps(document, indent=2) + "\n")


def read_json(path: Path) -> dict[str, Any] | None:
    """Reads the table of a JSON file; None if there is no such file.

    Raises:
        InputError: it cannot be read, or holds no table.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from None
    if not isinstance(document, dict):
        raise InputError(f"{path}: holds no table")
    return document
