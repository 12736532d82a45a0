"""Text of other people and programs, with its control characters written out."""

from __future__ import annotations

import unicodedata

UNSEEN = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Unicode's categories of control characters, halves of surrogate pairs, separators of lines."""
REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that turn the direction of the text after them."""


def visible(text: str) -> str:
    r"""A text on one line: control characters as Python writes them in strings.

    >>> print(visible("a\x1b[31mb\nc"))
    a\x1b[31mb\nc
    """
    return "".join(
        character.encode("unicode_escape").decode()
        if unicodedata.category(character) in UNSEEN or character in REORDERING
        else character
        for character in text
    )


def visible_lines(text: str) -> str:
    r"""A text whose lines stay lines; each as `visible` gives it.

    >>> print(visible_lines("a\x1b[31mb\nc"))
    a\x1b[31mb
    c
    """
    return "\n".join(map(visible, text.split("\n")))
