"""Passwords in lines that people see."""

from __future__ import annotations

import re

HIDDEN = "***"
URL = re.compile(r"(\w[\w+]*://)([^\s/]\S*)")  # one that begins with / names a file
UNDERSTOOD = re.compile(r"([^:/?#@]*)(:[^/?#@]*)?(@[^@]*)")
QUERY = re.compile(r"([?&][^=&\s]*(?:pass|pwd|secret|token)[^=&\s]*=)[^&\s]*")
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
    scheme, rest = url.groups()
    if "@" in rest:
        parts = UNDERSTOOD.fullmatch(rest)
        if not parts:
            return f"{scheme}{HIDDEN}"
        rest = f"{parts[1]}{f':{HIDDEN}' if parts[2] else ''}{parts[3]}"
    return scheme + QUERY.sub(rf"\1{HIDDEN}", rest)
