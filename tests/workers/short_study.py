"""Looking at the study "short" while its workers run."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from optuna import Study
from optuna.trial import FrozenTrial

from data.errors import InputError
from hpo.database.opening import open_storage
from hpo.database.waiting_storage import disconnect
from hpo.storage.studies import stored_study

Write = Callable[..., Path]
Start = Callable[..., "subprocess.Popen[str]"]
_looked_at: dict[str, Study] = {}
"""Studies by their storage: to open one anew takes longer than to look at it."""


def trials_of(storage: str) -> list[FrozenTrial]:
    """The study's trials; none where it does not exist yet."""
    if storage not in _looked_at:
        try:
            _looked_at[storage], _ = stored_study("short", open_storage(storage, create=False))
        except InputError:
            return []
    return _looked_at[storage].trials


def look_no_more() -> None:
    """Lets go of the databases that were looked at."""
    while _looked_at:
        disconnect(_looked_at.popitem()[1])


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Until it holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


@contextmanager
def standing_still(process: subprocess.Popen[str]) -> Iterator[None]:
    """All processes of a command stop within the block, so that what is seen there stays so.

    However slow the machine is, they do not end meanwhile. One may hold a lock, so only PostgreSQL
    can be looked at, where readers do not wait for writers.
    """
    os.killpg(process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGCONT)


def slow(study: Path) -> Path:
    """The study's file, with a retraining that takes some seconds."""
    text = study.read_text()
    study.write_text(text.replace("finalists = 1, epochs = 1", "finalists = 1, epochs = 150"))
    return study
