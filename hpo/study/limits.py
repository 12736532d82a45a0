"""Which names a study may have, and the largest numbers that it may name."""

from __future__ import annotations

import re

MOST = 2**31 - 1
"""Of trials, and of whatever is counted in them: databases number trials with 32 bits."""
MOST_SEED = 2**63 - 1
"""Of a study's seed, which is stored as JSON: of what reads that, not all holds more."""
MOST_SEEDS = 1000
"""Of trainings of one configuration, each with a seed of its own."""
MOST_WORKERS = 1000
"""Of processes that train on one machine at the same time."""
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def study_name(name: str) -> str:
    """A study's name, which is its folder's, too.

    Raises:
        ValueError: it cannot be one; the message says what is allowed.

    Example:
        >>> study_name("quick-2")
        'quick-2'
    """
    if not NAME.fullmatch(name):
        raise ValueError(
            f"{name!r} is no name of a study; allowed are 1 to 64 letters, digits, '.', '_', '-',"
            " the first a letter or digit"
        )
    return name
