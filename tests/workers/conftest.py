"""What the tests of many workers share: real databases, short trials, processes to kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]

STUDY = """
name = "short"
dataset = "glyphs"
trials = {trials}
retries = 20
sampler = {{ name = "{sampler}", startup_trials = 5 }}
pruner = {{ name = "successive-halving", min_epochs = 1, reduction_factor = 2 }}
finish = {{ finalists = 1, epochs = 1 }}

[network]
size = 14
units = 8
convolutions = [
  {{ filters = {{ choices = [4, 8] }}, kernel = {{ low = 3, high = 7 }}, pool = true }},
  {{ filters = 4, kernel = {{ low = 2, high = 5 }} }},
]

[train]
epochs = {epochs}
steps_per_epoch = {steps}
layers = {{ learning_rate = {{ low = 1e-3, high = 1e-1, log = true }} }}
batch = {{ characters = 10, drawers = 2 }}
"""
"""One in ten of its networks cannot exist."""

Write = Callable[..., Path]
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture(params=["sqlite", "postgres"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/study.db"
    url: str = request.getfixturevalue("postgres")
    return url


@pytest.fixture
def write_study(tmp_path: Path) -> Write:
    """Writes the study "short" and returns its file."""

    def write(trials: int = 8, epochs: int = 3, steps: int = 2, sampler: str = "random") -> Path:
        path = tmp_path / "short.toml"
        path.write_text(STUDY.format(trials=trials, epochs=epochs, steps=steps, sampler=sampler))
        return path

    return write


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts the command line as a process of its own; nothing outlives the test."""
    started = []

    def begin(*words: object) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, str(PROJECT / "run_study.py"), *map(str, words)],
            cwd=tmp_path,
            env=os.environ | {"OMP_NUM_THREADS": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
