"""Paths that a program names, which say where as those of the command line do."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Collection, Sequence
from pathlib import Path

from data.errors import InputError
from siamese_hpo.arguments import of_type


def place(given: object, argument: str, allowed: str = "a path, as text or Path") -> Path:
    """A path, with the home folder for `~` at its beginning, where no shell has put it.

    Args:
        given: text, or an object that names a file.
        argument: name of the argument that it is of.
        allowed: what that may be.

    Raises:
        InputError: it is of another type; holds what no path can; is empty, as an unset variable
            is, which `Path` takes for the current folder; or no home folder is known.

    Example:
        >>> place("runs/quick", "folder")
        PosixPath('runs/quick')
        >>> place("", "folder")
        Traceback (most recent call last):
        data.errors.InputError: a path is empty; should be such as . for the current folder
    """
    text = os.fspath(given) if isinstance(given, str | os.PathLike) else given
    if not isinstance(text, str):
        raise InputError(f"{of_type(argument, given)}: should be {allowed}")
    if "\0" in text or not _encodable(text):
        raise InputError(f"{argument} {text!r}: holds a character that no path can")
    if not text.strip():
        raise InputError("a path is empty; should be such as . for the current folder")
    try:
        return Path(text).expanduser()
    except RuntimeError:
        home = Path(text).parts[0]
        raise InputError(f"{text}: no home folder is known, which {home} stands for") from None


def _encodable(text: str) -> bool:
    """Whether a system can have it as a name: not with half a surrogate pair of its own."""
    try:
        os.fsencode(text)
    except UnicodeEncodeError:
        return False
    return True


def told_apart(paths: Sequence[Path], taken: Collection[str] = ()) -> list[str]:
    """A name for each path: its last part, or as many as tell it from all others.

    Paths that are equal have equal names.

    Args:
        paths: paths of files or folders, which need not be there.
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
