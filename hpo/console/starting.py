"""What a terminal shows while a command still loads PyTorch, Optuna and the pictures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

from hpo.runtime.literal_text import visible


@contextmanager
def starting(name: str, workers: int) -> Iterator[None]:
    """Shows on stderr, if that is a terminal, that a study's workers are about to start."""
    console = Console(stderr=True, highlight=False, markup=False, emoji=False)
    if not console.is_interactive:
        yield
        return
    several = "worker" if workers == 1 else "workers"
    with console.status(f"{visible(name)}: {workers} {several} starting"):
        yield
