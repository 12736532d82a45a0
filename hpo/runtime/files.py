"""Text, JSON and copies, written whole; checks that a folder or file can be written.

A link stays one: what it leads to is written. Devices and pipes are written to, as they are.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

from data.errors import InputError
from data.whole_files import replacing


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


def check_file(path: Path) -> None:
    """Checks, before the work, that a file can be written; creates nothing.

    Raises:
        InputError: it cannot, as far as can be told, see `check_folder`.
    """
    if not path.name:
        raise InputError(f"{str(path)!r}: is no file name")
    if os.path.isdir(path):
        raise InputError(f"{path}: cannot be written: is a directory")
    check_folder(path.parent)


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
        NoRoom: its disk takes nothing more.
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
        NoRoom: its disk takes nothing more.
    """
    with replacing(path) as partial:
        shutil.copyfile(source, partial)


def write_json(path: Path, document: dict[str, Any]) -> None:
    """Writes a table as JSON, whole or not at all; see `write_bytes`."""
    write_text(path, json.dumps(document, indent=2) + "\n")


def read_json(path: Path) -> dict[str, Any] | None:
    """Reads the table of a JSON file; None if there is no such file.

    Raises:
        InputError: it cannot be read, or holds no table.
    """
    if os.path.exists(path) and not os.path.isfile(path):  # a pipe would be waited for
        raise InputError(f"{path}: cannot be read: no file")
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except RecursionError:
        raise InputError(f"{path}: cannot be read: its lists or tables are too deep") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from None
    if not isinstance(document, dict):
        raise InputError(f"{path}: holds no table")
    return document
