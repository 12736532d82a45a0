"""Paths that a program names, which say where as those of the command line do."""

from __future__ import annotations

from pathlib import Path

from data.errors import InputError


def place(given: str | Path) -> Path:
    """A path, with the home folder for `~` at its beginning, where no shell has put it.

    Raises:
        InputError: it is empty, as an unset variable is, which `Path` takes for the current
            folder; or no home folder is known.

    Example:
        >>> place("runs/quick")
        PosixPath('runs/quick')
        >>> place("")
        Traceback (most recent call last):
        data.errors.InputError: a path is empty; should be such as . for the current folder
    """
    if not str(given).strip():
        raise InputError("a path is empty; should be such as . for the current folder")
    try:
        return Path(given).expanduser()
    except RuntimeError:
        home = Path(given).parts[0]
        raise InputError(f"{given}: no home folder is known, which {home} stands for") from None
