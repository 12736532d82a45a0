"""The winner's test accuracies: of the network that is kept, and the mean over its seeds'."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hpo.finish.held_out import TESTS


@dataclass(frozen=True)
class Tested:
    """An accuracy with its standard error, 0 to 1; of which networks, and over what the error."""

    what: str
    accuracy: float
    error: float
    over: str


def tested(results: dict[str, Any]) -> tuple[list[Tested], list[Tested]]:
    """On the given runs, and over every drawer pair.

    First the network that is kept; then, where several seeds' networks were tested, their mean.
    """
    test, several = results["test"], results.get("test_over_seeds")
    found: list[list[Tested]] = []
    for (accuracy, error), over in zip(
        TESTS, (f"{test['trials']} trials", "alphabets"), strict=True
    ):
        found.append([Tested("this study's winner", test[accuracy], test[error], over)])
        if several:
            what = f"mean of its {several['runs']} seeds"
            found[-1].append(Tested(what, several[accuracy], several[error], "seeds"))
    given, every = found
    return given, every
