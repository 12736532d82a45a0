"""The folders and text files of a study; files are written whole or not at all."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from data.errors import InputError


def check_folder(folder: Path) -> None:
    """Makes sure, before hours of work, that files can be left in a folder; creates nothing.

    Raises:
        InputError: a file is in the way, or writing is not allowed.
    """
    absolute = folder.absolute()
    nearest = next(path for path in (absolute, *absolute.parents) if path.exists())
    if not nearest.is_dir():
        raise InputError(f"{folder}: cannot be a folder, {nearest} is a file")
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise InputError(f"{folder}: writing in {nearest} is not allowed")


def write_text(path: Path, text: str) -> None:
    """Writes beside the file first, then renames.

    Raises:
        InputError: the file cannot be written there.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(text, encoding="utf-8")
        os.replace(partial, path)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {(error.strerror or '').lower()}") from None
    finally:
        with suppress(OSError):
            partial.unlink()


def write_json(path: Path, document: dict[str, Any]) -> None:
    write_text(path, json.dumps(document, indent=2) + "\n")


def read_results(folder: Path) -> dict[str, Any] | None:
    """The results.json of a folder; None where there is none.

    Raises:
        InputError: the file holds no JSON table.
    """
    path = folder / "results.json"
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from None
    if not isinstance(document, dict):
        raise InputError(f"{path}: holds no table")
    return document
