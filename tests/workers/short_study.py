"""Looking at the study "short" while its workers run."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from optuna.trial import FrozenTrial

from data.errors import InputError
from hpo.database.opening import open_storage
from hpo.storage.studies import stored_study

Write = Callable[..., Path]
Start = Callable[..., "subprocess.Popen[str]"]


def trials_of(storage: str) -> list[FrozenTrial]:
    """The study's trials; none where it does not exist yet."""
    try:
        return stored_study("short", open_storage(storage, create=False))[0].trials
    except InputError:
        return []


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Until it holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def slow(study: Path) -> Path:
    """The study's file, with a retraining that takes some seconds."""
    text = study.read_text()
    study.write_text(text.replace("finalists = 1, epochs = 1", "finalists = 1, epochs = 150"))
    return study
