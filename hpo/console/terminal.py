"""Stdout, as tables and summaries are printed there."""

from __future__ import annotations

from rich.console import Console

WIDTH = 100
"""Columns where there is no terminal."""


def stdout() -> Console:
    """Stdout, as wide as its terminal, or 100 columns into a pipe; text is never markup."""
    terminal = Console().is_terminal
    return Console(highlight=False, markup=False, emoji=False, width=None if terminal else WIDTH)
