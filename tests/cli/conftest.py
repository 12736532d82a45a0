"""What the tests of the command line share: an empty folder, a tiny study, ways to run it."""

from __future__ import annotations

import gc
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from tiny_study import tiny_study
from typer.testing import CliRunner

from data.collection import Collection
from hpo.database.opening import open_storage
from hpo.storage.studies import open_study
from hpo.storage.workspace import default_url
from hpo.study.file import load_study
from hpo.study.space import config_of
from model.config_file import to_toml
from run_study import app


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder."""
    current = tmp_path / "current"
    current.mkdir()
    monkeypatch.chdir(current)
    return current


@pytest.fixture
def own_cache(
    tmp_path: Path, glyphs: Collection, cache_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cache folder that holds the glyphs, which take seconds to draw, and nothing else."""
    folder = tmp_path / "cache" / "siamese-hpo"
    folder.mkdir(parents=True)
    shutil.copy(cache_folder / "siamese-hpo" / "glyphs.npz", folder)
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder.parent))


@pytest.fixture
def write_study() -> Callable[..., str]:
    """Writes the study "tiny" into the current folder and returns its path."""

    def write(dataset: str = "glyphs", **changes: int) -> str:
        Path("tiny.toml").write_text(tiny_study(dataset, **changes))
        return "tiny.toml"

    return write


@pytest.fixture
def begun(write_study: Callable[..., str]) -> None:
    """The study "tiny" in its place, before its first trial."""
    storage = open_storage(default_url(Path("runs/tiny")), create=True)
    open_study(load_study(write_study()), storage)
    # Whoever closes the file last writes SQLite's log into it; no test should see that happen.
    storage.remove_session()
    assert storage.database is not None
    storage.database.engine.dispose()


@pytest.fixture(scope="session")
def glyphs_config() -> str:
    """A small network's configuration, as export writes it."""
    params = {
        "units": 32,
        "conv1.filters": 8,
        "conv1.kernel": 5,
        "conv2.filters": 8,
        "conv2.kernel": 3,
        "optimiser": "adam",
        "distortion.affine": 0.5,
    } | {f"{layer}.learning_rate": 3e-3 for layer in ("conv1", "conv2", "embedding", "output")}
    config = config_of(load_study("glyphs"), params, seed=11)
    short = config.train.model_copy(update={"epochs": 2, "steps_per_epoch": 2})
    return to_toml(config.model_copy(update={"train": short}))


@pytest.fixture
def refused() -> Callable[..., str]:
    """Runs a command that must fail: its one line, after making sure that it left nothing."""

    def run(*words: str, status: int = 2) -> str:
        gc.collect()  # connections of commands before: SQLite merges its log when they go
        before = _content()
        result = CliRunner().invoke(app, words)
        assert result.exit_code == status, result.output
        assert result.stdout == ""
        assert result.stderr.count("\n") == 1
        assert result.stderr.endswith("\n")
        assert _content() == before
        return result.stderr.removesuffix("\n")

    return run


def _content() -> dict[Path, bytes | None]:
    """All files in the current folder with their content, and all folders.

    But for what SQLite's readers leave while they are there, which is none of the content: the
    memory that they share, and an empty log.
    """
    return {
        path: path.read_bytes() if path.is_file() else None
        for path in Path().rglob("*")
        if path.suffix != ".db-shm" and not (path.suffix == ".db-wal" and path.stat().st_size == 0)
    }


@pytest.fixture
def runes(own_cache: None, glyphs: Collection) -> Path:
    """An alphabet of four characters, each drawn twenty times."""
    root = Path("runes")
    characters = glyphs.characters(["Glyphs_01"], range(1, 21), 105)
    for name, drawings in zip(characters.names[:4], characters.pictures, strict=False):
        (root / name).mkdir(parents=True)
        for drawer, drawing in enumerate(drawings.numpy()):
            Image.fromarray(255 - drawing).save(root / name / f"{drawer:02d}.png")
    return root
