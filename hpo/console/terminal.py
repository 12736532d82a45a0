"""Stdout, as tables and summaries are printed there."""

from __future__ import annotations

from rich.console import Console

WIDTH = 100


def stdout() -> Console:
    """Stdout, at most 100 columns wide, and just as wide into a pipe; text is never markup."""
    found = Console()
    width = min(found.width, WIDTH) if found.is_terminal else WIDTH
    return Console(highlight=False, markup=False, emoji=False, width=width)
