"""Passwords in lines that people see."""

from __future__ import annotations

import re


def without_passwords(line: str) -> str:
    """A line in which the passwords of URLs are hidden, wherever these were typed.

    >>> without_passwords("study postgresql://me:sec/r@t@host/db: no such study")
    'study postgresql://me:***@host/db: no such study'
    """
    return re.sub(r"(://[^\s:/@]*):\S*@", r"\1:***@", line)
