"""Lines that people see: their passwords are hidden, however long a line is."""

from __future__ import annotations

from time import process_time

import pytest

from hpo.runtime.passwords import without_passwords

LONG = 300_000
SECONDS = 5
"""Far more than a line takes, and far less than what grows with the square of its length."""


@pytest.mark.parametrize("part", ["a", "+", "a+", "://", "a://", "a:", "@", "?", "?pass", "&pass"])
@pytest.mark.parametrize("before", ["", "postgresql://me:secret@host/db?x"])
def test_a_long_line_is_shown_at_once(before: str, part: str) -> None:
    begun = process_time()
    line = without_passwords(f"{before}{part * (LONG // len(part))}")
    assert process_time() - begun < SECONDS
    assert "secret" not in line


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "postgresql+x://me:secret@host/db: gone",
            "postgresql+x://me:***@host/db: gone",
        ),
        ("at 'mysql://me:a@b@host/db'", "at 'mysql://***"),
        ("sqlite:////home/me@work/a.db", "sqlite:////home/me@work/a.db"),
        (
            "of a://h?password=x&b=1 and b://h?a=1&my_token_=y",
            "of a://h?password=***&b=1 and b://h?a=1&my_token_=***",
        ),
        ("no scheme: ://me:name@host", "no scheme: ://me:name@host"),
    ],
)
def test_passwords_are_hidden(line: str, expected: str) -> None:
    assert without_passwords(line) == expected
