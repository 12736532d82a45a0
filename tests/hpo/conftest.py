"""What the tests of whole searches share."""

import pytest
from optuna.trial import FrozenTrial
from short_search import CPU, config_with, searched

from data.sources.glyphs import make_glyphs
from data.splits import SearchData


@pytest.fixture(scope="module")
def data() -> SearchData:
    return SearchData.of(make_glyphs(), 28, CPU)


@pytest.fixture(scope="module")
def undisturbed(data: SearchData, tmp_path_factory: pytest.TempPathFactory) -> list[FrozenTrial]:
    return searched(config_with(), data, tmp_path_factory.mktemp("undisturbed"))
