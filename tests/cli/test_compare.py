"""The command that shows studies side by side, on studies of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from test_export_and_status import done
from tiny_study import tiny_study

Refused = Callable[..., str]


def ran(name: str, run: bool = True, **changes: int) -> str:
    """The study "tiny" under another name."""
    Path(f"{name}.toml").write_text(tiny_study(**changes).replace('"tiny"', f'"{name}"'))
    if run:
        done("run", f"{name}.toml")
    return name


def test_two_studies_side_by_side() -> None:
    one, two = ran("one"), ran("two", trials=4, epochs=3)
    *table, page = done("compare", one, two).splitlines()
    assert page == "runs/compare/one-two.html"
    assert table[0].startswith("Not comparable as searches: one and two search different spaces")
    text = " ".join("\n".join(table).replace("\xa0", " ").split())
    results = [json.loads(Path(f"runs/{name}/results.json").read_text()) for name in (one, two)]
    for found in results:
        assert f"{100 * found['test']['one_shot_accuracy']:.1f} ± " in text
        assert f"{100 * found['test']['every_drawer_pair_accuracy']:.1f} ± " in text
        assert f"{100 * found['best']['value']:.1f} %, trial {found['best']['number']}" in text
    assert "test, fixed runs" in text  # on the glyphs there are no official ones
    assert "official" not in text
    written = Path(page).read_text()
    assert "best-by-trials" in written
    assert "best-by-seconds" in written
    assert "Not comparable as searches" in written


def test_the_page_may_be_named_and_studies_share_a_storage() -> None:
    for name in ("one", "two"):
        ran(name, run=False)
        done("run", f"{name}.toml", "--storage", "sqlite:///both.db", "--trials", "2")
    shown = done(
        "compare", "one", "two", "--storage", "sqlite:///both.db", "--output", "c/page.html"
    )
    assert shown.splitlines()[-1] == "c/page.html"
    assert "Not comparable" not in shown
    assert Path("c/page.html").is_file()


@pytest.mark.usefixtures("begun")
def test_what_cannot_be_compared_is_refused(refused: Refused) -> None:
    assert refused("compare", "tiny") == "error: compare: needs two studies or more, and got tiny"
    assert refused("compare", "tiny", "tiny") == "error: compare: tiny is named twice"
    assert "has no trials yet, nothing to compare" in refused("compare", "tiny", "other")
    ran("one")
    assert "missing" in refused("compare", "one", "missing")
