"""Database URLs: understood, and shown without what is secret in them."""

from __future__ import annotations

import re

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from hpo.runtime.passwords import HIDDEN, QUERY

POSTGRESQL = ("postgres", "postgresql")
"""The schemes of a URL that names no driver, as hosting services give it; psycopg is meant."""
ESCAPES = "a user and a password need %40 for @, %2F for /, %3F for ? and %23 for #"
PATH = re.compile(r"[\w./\\-]+")
"""What is no URL, and holds no password either: the path of a file."""


class Ambiguous(ValueError):  # noqa: N818 - a state of a URL
    """A URL that could be understood in several ways."""


def parse_url(url: str) -> URL:
    """A database URL, with the driver that the project brings along where it names none.

    Raises:
        ArgumentError, ValueError: it is none; ValueError: its port is no number.
        Ambiguous: it could be understood in several ways.

    >>> parse_url("postgres://me@host/studies").drivername
    'postgresql+psycopg'
    """
    _, _, rest = url.partition("://")
    if not rest.startswith("/"):  # else it names a file, with neither user nor password
        server = re.split(r"[/?#]", rest, maxsplit=1)[0]
        if rest.count("@") > 1 or "@" in rest[len(server) :]:
            raise Ambiguous(ESCAPES)
    parsed = make_url(url)
    return (
        parsed.set(drivername="postgresql+psycopg") if parsed.drivername in POSTGRESQL else parsed
    )


def in_brackets(host: str) -> str:
    """A host as it stands before a port: an address of IPv6 is told from it by brackets.

    >>> in_brackets("::1"), in_brackets("[::1]"), in_brackets("localhost")
    ('[::1]', '[::1]', 'localhost')
    """
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def without_password(url: str) -> str:
    """A database URL without its password, to be shown or stored.

    Where it cannot be understood, nothing after its scheme is shown.

    >>> without_password("mysql://me:secret@host/db?password=secret")
    'mysql://me:***@host/db?password=***'
    >>> without_password("mysql://me:sec/ret@host/db"), without_password("me:secret@host/db")
    ('mysql://***', '***')
    """
    try:
        parse_url(url)
    except (ArgumentError, ValueError):
        scheme, mark, _ = url.partition("://")
        if mark and re.fullmatch(r"[\w+]+", scheme):
            return f"{scheme}://{HIDDEN}"
        return url if PATH.fullmatch(url) else HIDDEN
    shown = make_url(url).render_as_string(hide_password=True)
    return QUERY.sub(rf"\1{HIDDEN}", shown)
