"""What the tests of the training loop share."""

from __future__ import annotations

import pytest
from small_training import CPU

from data.collection import Collection
from data.splits import SearchData


@pytest.fixture(scope="session")
def data(glyphs: Collection) -> SearchData:
    """The glyphs, 20 pixels wide."""
    return SearchData.of(glyphs, 20, CPU)
