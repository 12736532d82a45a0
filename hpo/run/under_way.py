"""The studies that this process is at work on, each in one thread.

A worker is known to others by its process: two threads on one study would be taken for one worker,
and each would take the other's trials for its own.
"""

from __future__ import annotations

import os
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from threading import Lock

from data.errors import InputError
from hpo.storage.found_results import place_of
from hpo.storage.workspace import Workspace

_taken: set[Hashable] = set()
"""Studies and folders, each with the process: a copy of it is none of its threads."""
_guard = Lock()


@contextmanager
def under_way(workspace: Workspace) -> Iterator[None]:
    """Keeps other threads of this process from a study, and from its folder, within the block.

    Raises:
        InputError: another thread is at work on it.
    """
    here = os.getpid()
    study = (here, workspace.name, place_of(workspace.storage))
    folder = (here, workspace.folder.absolute().resolve())
    with _guard:
        if study in _taken:
            raise InputError(
                f"study {workspace.name}: another thread of this program is at work on it; wait for"
                " its end"
            )
        if folder in _taken:
            raise InputError(
                f"{workspace.folder}: another thread of this program works in it; wait for its end,"
                " or choose another folder"
            )
        _taken.update((study, folder))
    try:
        yield
    finally:
        with _guard:
            _taken.difference_update((study, folder))
