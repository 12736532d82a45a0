"""Stdout, as tables and summaries are printed there."""

from __future__ import annotations

from typing import IO

from rich.console import Console

WIDTH = 100
"""Columns where there is no terminal."""
LEAST, USUAL = 20, 80
"""Columns that a terminal has at least, and those of one that is said to have fewer.

Some say 0, for nobody told them how wide they are; then nothing at all would be shown.
"""


def stdout() -> Console:
    """Stdout, as wide as its terminal, or 100 columns into a pipe; text is never markup."""
    return console_on() if Console().is_terminal else _console(width=WIDTH)


def console_on(file: IO[str] | None = None) -> Console:
    """A file, or stdout, as wide as its terminal; text is never markup."""
    found = _console(file)
    return found if found.width >= LEAST else _console(file, USUAL)


def _console(file: IO[str] | None = None, width: int | None = None) -> Console:
    return Console(file=file, width=width, highlight=False, markup=False, emoji=False)
