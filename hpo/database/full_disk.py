"""A database whose disk takes nothing more, which is not waited for."""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path

from optuna.exceptions import StorageInternalError
from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError

from data.full_disk import NoRoom, why_full
from hpo.database.urls import without_password

FULL = os.strerror(errno.ENOSPC).lower()
POSTGRES_FULL = "53100"
"""PostgreSQL's code for a full disk."""
PERHAPS_FULL = {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}
"""What SQLite says of a full disk when it cannot make one of its files, and of other things."""


def database_full(error: BaseException, url: URL) -> NoRoom | None:
    """What to raise in the place of a storage's exception, if it tells of a full disk.

    Args:
        error: any that the storage raised.
        url: URL of its database.

    Returns:
        None if it tells of something else.
    """
    cause = error.__cause__ if isinstance(error, StorageInternalError) else error
    why = _why(cause, url) if isinstance(cause, DBAPIError) else None
    if why is None:
        return None
    shown = without_password(url.render_as_string(hide_password=True))
    return NoRoom(f"storage {shown}: cannot be written: {why}")


def _why(error: DBAPIError, url: URL) -> str | None:
    if isinstance(error.orig, sqlite3.Error) and url.database:
        code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF  # Python's own errors have none
        if code == sqlite3.SQLITE_FULL:
            return FULL
        return why_full(Path(url.database).parent) if code in PERHAPS_FULL else None
    return FULL if getattr(error.orig, "sqlstate", None) == POSTGRES_FULL else None
