"""Folders that were named as the place of a data set."""

from __future__ import annotations

import os
from pathlib import Path

from data.errors import InputError


def named_root(folder: Path, called: str) -> Path:
    """The folder, with `~` as the user's home.

    Args:
        folder: as it was named.
        called: the folder's name in the error's message.

    Raises:
        InputError: it is not there, or no folder.
    """
    try:
        root = folder.expanduser()
    except RuntimeError:  # a user without a home
        raise InputError(f"{called}: no home folder is known, which ~ stands for") from None
    if not os.path.isdir(root):
        there = os.path.lexists(root)
        raise InputError(f"{called}: {'not a folder' if there else 'no such folder'}")
    return root
