"""What the value of an option becomes before a command has it: checked, the home folder for `~`."""

from __future__ import annotations

import os
import re
from math import isfinite
from pathlib import Path
from typing import TypeVar

import typer

from data import names
from hpo.study.limits import study_name

T = TypeVar("T", bound=str | Path | None)
FILE_URL = re.compile(r"(sqlite[\w+]*:///)(~.*)", re.DOTALL)


def finite(seconds: float | None) -> float | None:
    """Seconds, if their number is finite."""
    if seconds is not None and not isfinite(seconds):
        raise typer.BadParameter("should be a finite number of seconds")
    return seconds


def filled(name: str) -> str:
    """The name of a study or of its file, if it is not empty."""
    if not name.strip():
        raise typer.BadParameter("is empty; should be the name of a study, such as quick")
    return name


def each_filled(given: list[str]) -> list[str]:
    """The names of studies, if none is empty."""
    return [filled(name) for name in given]


def study(name: str | None) -> str | None:
    """The name of a study that may be looked for."""
    try:
        return name if name is None else study_name(name)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def path(given: str | Path) -> Path:
    """A path that an argument or option names, see `place`.

    It is their parser: `Path("")` is that of the current folder, as `.` is.
    """
    return Path(_named(str(given)))


def place(given: str | None) -> str | None:
    """A path or an artifact store's URL, which is not that of an unset variable."""
    return given if given is None else _named(given)


def _named(given: str) -> str:
    if not given.strip():
        raise typer.BadParameter("is empty; should be a path, such as . for the current folder")
    return in_home(given)


def in_home(path: T) -> T:
    """A path with the home folder for `~` at its beginning; the shell leaves it in --output=~/D."""
    if path is None:
        return path
    if (found := os.path.expanduser(str(path))).startswith("~"):
        home = found.partition("/")[0]
        raise typer.BadParameter(f"no home folder is known, which {home} stands for")
    return type(path)(found)


def url_in_home(url: str | None) -> str | None:
    """A database's URL, the path in it as `in_home` has it: sqlite:///~/study.db."""
    place = FILE_URL.fullmatch(url or "")
    return f"{place[1]}{in_home(place[2])}" if place else url


def dataset(name: str | None) -> str | None:
    """A data set's name, the path in it as `in_home` has it."""
    if name is None:
        return None
    try:
        kind, colon, path = names.checked(name).partition(":")
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    return f"{kind}{colon}{in_home(path)}"
