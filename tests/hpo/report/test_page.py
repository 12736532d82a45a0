"""The page around the figures."""

from __future__ import annotations

import re
from importlib.resources import files

from plotly.offline import get_plotlyjs_version

from hpo.report.page import PLOTLY


def test_the_part_of_plotly_that_a_page_brings_understands_plotlys_figures() -> None:
    head = files("hpo.report").joinpath(PLOTLY).read_text(encoding="utf-8")[:200]
    version = re.search(r"plotly\.js \(cartesian - minified\) v(\d+)\.", head)
    assert version is not None
    assert version[1] == get_plotlyjs_version().split(".")[0]
