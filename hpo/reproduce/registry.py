"""Which experiments there are."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from data.errors import InputError

if TYPE_CHECKING:  # torch and matplotlib, when it comes to that
    from hpo.reproduce.context import Context
    from hpo.reproduce.table import Table

EXPERIMENTS = (
    "table1",
    "table2",
    "table3",
    "ways",
    "unstructured",
    "drawers",
    "one-rate",
    "losses",
    "calibration",
    "filters",
    "search",
)
"""Each is the function `run` of the module of that name in `experiments`, - as _."""
PARTS = {
    "search": (
        "worth",
        "searches",
        "longest",
        "most-epochs",
        "splits",
        "staircase",
        "table1",
        "paper-size",
    )
}
"""Parts of an experiment that can be done one at a time; in its results are those that are done."""


def check_part(name: str, part: str | None) -> None:
    """Refuses a part that the experiment does not have.

    Raises:
        InputError: it has none of that name.
    """
    allowed = PARTS.get(name, ())
    if part is not None and part not in allowed:
        raise InputError(
            f"--part {part}: {name} has the parts {', '.join(allowed)}"
            if allowed
            else f"--part {part}: {name} has no parts"
        )


def experiment(name: str) -> Callable[[Context], Table]:
    """The function that does an experiment.

    Raises:
        InputError: there is none of that name.
    """
    if name not in EXPERIMENTS:
        allowed = f"{', '.join(EXPERIMENTS[:-1])} and {EXPERIMENTS[-1]}"
        raise InputError(f"reproduce {name}: no such experiment; allowed are {allowed}")
    run: Callable[[Context], Table] = import_module(
        f"{__package__}.experiments.{name.replace('-', '_')}"
    ).run
    return run
