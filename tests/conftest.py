"""What all tests share: the data sets, and a cache folder of their own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.collection import Collection
from data.glyphs import make_glyphs
from data.omniglot import load_omniglot


@pytest.fixture(scope="session", autouse=True)
def cache_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The user's cache folder, for these tests and the processes they start."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder))
        yield folder


@pytest.fixture(scope="session")
def omniglot_root() -> Path:
    """The folder that holds Omniglot's zips."""
    root = os.environ.get("OMNIGLOT_ROOT")
    if not root:
        pytest.skip("needs Omniglot: OMNIGLOT_ROOT is not set")
    return Path(root)


@pytest.fixture(scope="session")
def omniglot(omniglot_root: Path) -> Collection:
    return load_omniglot(omniglot_root)


@pytest.fixture(scope="session")
def glyphs() -> Collection:
    return make_glyphs()
