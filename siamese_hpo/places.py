"""Paths that a program names, which say where as those of the command line do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
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


def told_apart(paths: Sequence[Path], taken: Collection[str] = ()) -> list[str]:
    """A name for each path: its last part, or as many as tell it from all others.

    Paths that are equal have equal names.

    Args:
        paths: of files or folders, which need not be there.
        taken: names of something else, which none of these gets.

    Example:
        >>> told_apart([Path("mon/a.png"), Path("tue/a.png"), Path("tue/b.png")])
        ['mon/a.png', 'tue/a.png', 'b.png']
    """
    whole = [path.absolute().parts for path in paths]
    lengths = dict.fromkeys(whole, 1)
    while True:
        named = defaultdict(list)
        for parts, length in lengths.items():
            named[str(Path(*parts[-length:]))].append(parts)
        unclear = [
            parts
            for name, same in named.items()
            if len(same) > 1 or name in taken
            for parts in same
            if lengths[parts] < len(parts)
        ]
        if not unclear:
            return [str(Path(*parts[-lengths[parts] :])) for parts in whole]
        for parts in unclear:
            lengths[parts] += 1
