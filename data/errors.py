"""Errors that the command line prints as one line, without a traceback."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

SHOWN = 100
"""Characters of a text from a file that an error shows."""


class InputError(Exception):
    """The request or its input is wrong: one line saying what, where, and what is allowed.

    The command line prints it without a traceback and exits with status 2.
    """


class WorkFailed(RuntimeError):  # noqa: N818 - no error in the program
    """The request was right, but the work came to nothing: one line saying why.

    The command line prints it without a traceback and exits with status 1.
    """


def shortened(text: str) -> str:
    """A text of a file as an error shows it: of a long one its beginning.

    Example:
        >>> shortened("wide"), len(shortened("a" * 300_000))
        ('wide', 103)
    """
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."


def allowed_or_near(given: str, allowed: Iterable[str], otherwise: str = "allowed are") -> str:
    """The end of a refusal: the allowed name that a mistyped one is most like, or all of them.

    Example:
        >>> allowed_or_near("glyhps", ["glyphs", "quick"])
        'did you mean glyphs?'
        >>> allowed_or_near("mine", ["glyphs", "quick"])
        'allowed are glyphs, quick'
    """
    names = list(allowed)
    near = get_close_matches(given, names, n=1)
    return f"did you mean {near[0]}?" if near else f"{otherwise} {', '.join(names)}"
