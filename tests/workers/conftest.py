"""What the tests of many workers share: real databases, short trials in an empty folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from short_study import look_no_more

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


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty current folder."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def closed_databases() -> Iterator[None]:
    """No database is kept open from one test to the next."""
    yield
    look_no_more()


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
