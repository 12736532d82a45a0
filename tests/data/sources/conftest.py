"""A folder of one's own pictures, a cache of its own, and drawings to make picture files of."""

from pathlib import Path

import pytest

from data.collection import SIDE, Collection
from data.sources.pen import Mask


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "runes"


@pytest.fixture(scope="module")
def inks(glyphs: Collection) -> list[Mask]:
    """Some drawings as they are in the data set."""
    characters = glyphs.characters(glyphs.background[:3], (1, 7), SIDE)
    return [picture.numpy() > 0 for picture in characters.pictures[::9].flatten(0, 1)]
