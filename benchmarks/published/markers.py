"""Places in a text that are filled with tables: from `<!-- table NAME -->` to its end marker."""

from __future__ import annotations

import re
from collections.abc import Callable, Container

OPENING = re.compile(r"<!-- table ([\w.-]+) -->")
CLOSING = re.compile(r"<!-- end ([\w.-]+) -->")
MISSPELT = re.compile(r"\s*<!--\s*(table|end)\b")
FENCE = "```"


class MarkerError(Exception):
    """A marker that cannot be followed; the text names the page, the line and the reason."""


def fill(text: str, page: str, names: Container[str], table: Callable[[str], str]) -> str:
    """A page's text with the tables that its markers ask for; all else stays as it is.

    Args:
        text: the page. Markers in a fenced block are examples, and stay.
        page: its name, for errors.
        names: those of the tables there are.
        table: gives a table's lines by its name.

    Raises:
        MarkerError: a marker is misspelt, names no table, or lacks its other one.

    >>> print(fill("<!-- table a -->\\nold\\n<!-- end a -->", "page.md", ["a"], str.upper))
    <!-- table a -->
    <BLANKLINE>
    A
    <BLANKLINE>
    <!-- end a -->
    """
    filled: list[str] = []
    name, opened, fenced = "", 0, False
    for number, line in enumerate(text.splitlines(), 1):
        at = f"{page}, line {number}"
        fenced ^= line.startswith(FENCE)
        if fenced or not MISSPELT.match(line):
            if not name:
                filled.append(line)
        elif opening := OPENING.fullmatch(line):
            if name:
                raise MarkerError(f"{at}: table {opening[1]} begins before {name} ends")
            name, opened = opening[1], number
            if name not in names:
                raise MarkerError(f"{at}: no table is called {name}")
            filled += [line, "", table(name), ""]
        elif closing := CLOSING.fullmatch(line):
            if closing[1] != name:
                raise MarkerError(f"{at}: ends table {closing[1]}, which is not begun here")
            name = ""
            filled.append(line)
        else:
            raise MarkerError(f"{at}: no marker: {line.strip()}")
    if name:
        raise MarkerError(f"{page}, line {opened}: table {name} has no end")
    return "\n".join(filled) + ("\n" if text.endswith("\n") else "")


def shown(text: str) -> list[str]:
    """The names of the tables that a text has a place for.

    >>> shown("<!-- table a -->\\n<!-- end a -->")
    ['a']
    """
    return [match[1] for line in text.splitlines() if (match := OPENING.fullmatch(line))]
