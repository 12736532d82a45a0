"""Files that are written whole or not at all, and folders that can hold them.

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
    """Makes sure, before hours of work, that files can be left in a folder; creates nothing.

    Where that changes later, an OSError tells of it.

    Raises:
        InputError: a file is in the way, the name cannot be one, or writing is not allowed.
    """
    absolute = folder.absolute()
    try:
        nearest = next(path for path in (absolute, *absolute.parents) if _is_there(path))
    except OSError as error:  # a folder above may not be searched, or a name is too long
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"{folder}: cannot be a folder: {reason}") from None
    if not nearest.is_dir():
        raise InputError(f"{folder}: cannot be a folder, {nearest} is a file")
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise InputError(f"{folder}: writing in {nearest} is not allowed")


def _is_there(path: Path) -> bool:
    """As `Path.exists`, which from Python 3.14 on does not say why it cannot tell."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def write_text(path: Path, text: str) -> None:
    """Writes a text file as UTF-8, whole or not at all; see `write_bytes`."""
    write_bytes(path, text.encode())


def write_bytes(path: Path, content: bytes) -> None:
    """Writes a file whole or not at all: beside it first, then renamed; see `replacing`.

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
    """Copies a file whole or not at all: beside its target first, then renamed."""
    with replacing(path) as partial:
        shutil.copyfile(source, partial)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A path to write to; it becomes `path` at the end of the block, or nothing does.

    Where `path` is a link, it becomes what that leads to; the content of a device or a pipe is
    written to it.
    """
    if _is_stream(path):
        with tempfile.TemporaryDirectory() as folder:
            partial = Path(folder) / "content"
            yield partial
            with partial.open("rb") as source, path.open("ab", buffering=0) as stream:
                shutil.copyfileobj(source, stream)
        return
    target = Path(os.path.realpath(path))
    partial = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
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
    """The table that a JSON file holds; None where there is no such file.

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
