"""Passwords in lines that people see."""

from __future__ import annotations

import re

HIDDEN = "***"
URL = re.compile(r"(?<=[\w+])://([^\s/]\S*)")
"""A URL from the end of its scheme on; one that goes on with / names a file.

The scheme is only looked back at: to search for words that `://` may follow takes a time that grows
with the square of a word's length.
"""
UNDERSTOOD = re.compile(r"([^:/?#@]*)(:[^/?#@]*)?(@[^@]*)")
QUERY = re.compile(r"([?&][^?=&\s]*(?:pass|pwd|secret|token)[^=&\s]{0,100}=)[^&\s]*")
"""A password in the query, from which drivers take it too: the part before it is kept."""


def without_passwords(line: str) -> str:
    """A line in which the passwords of URLs are hidden, wherever these were typed.

    >>> without_passwords("study postgresql://me:secret@host/db: no such study")
    'study postgresql://me:***@host/db: no such study'
    >>> without_passwords("study postgresql://me:sec/r@t@host/db: no such study")
    'study postgresql://*** no such study'
    """
    return URL.sub(_shown, line)


def _shown(url: re.Match[str]) -> str:
    rest = url[1]
    if "@" in rest:
        parts = UNDERSTOOD.fullmatch(rest)
        if not parts:
            return f"://{HIDDEN}"
        rest = f"{parts[1]}{f':{HIDDEN}' if parts[2] else ''}{parts[3]}"
    return "://" + QUERY.sub(rf"\1{HIDDEN}", rest)
