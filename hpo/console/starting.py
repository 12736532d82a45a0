"""What a terminal shows while a command still loads PyTorch, Optuna and the pictures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import Progress

from hpo.console.bars import add_worker, bars, console_of_bars
from hpo.runtime.literal_text import visible

_shown: list[Progress] = []
"""The rows that are on the terminal now: one at most."""


@contextmanager
def starting(name: str, workers: int) -> Iterator[None]:
    """Shows on stderr, if that is a terminal, a row for each of a study's workers, which start.

    They stand until the block ends, or `started` is called in it.
    """
    console = console_of_bars()
    if not console.is_interactive:
        yield
        return
    rows = bars(console)
    rows.add_task(visible(name), total=None, count="", note="")
    for number in range(1, workers + 1):
        add_worker(rows, number)
    rows.start()
    _shown.append(rows)
    try:
        yield
    finally:
        started()


def started() -> None:
    """Takes the rows away, if there are any: those of the trainings take their place."""
    while _shown:
        _shown.pop().stop()
