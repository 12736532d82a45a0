"""Text files written whole or not at all."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from data.errors import InputError


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
        partial.unlink(missing_ok=True)


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
