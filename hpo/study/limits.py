"""Which names a study may have, and the largest numbers that it may name."""

from __future__ import annotations

import re

MOST = 2**31 - 1
"""Most trials, and most of whatever is counted like them: databases number trials with 32 bits."""
MOST_SEED = 2**63 - 1
"""Largest seed of a study: it is stored as JSON, and not all that reads JSON holds a larger one."""
MOST_SEEDS = 1000
"""Most trainings of one configuration, each with a seed of its own."""
MOST_WORKERS = 1000
"""Most processes that train on one machine at the same time."""
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
