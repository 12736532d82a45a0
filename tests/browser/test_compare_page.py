"""The page of studies side by side in a real browser, with the network off, wide and on a phone."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page
from tiny_study import tiny_study
from typer.testing import CliRunner

from run_study import app

ALL = "[...document.querySelectorAll('.plotly-graph-div')]"


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of two finished studies, one of a name that is markup elsewhere."""
    root = tmp_path_factory.mktemp("compared")
    storage = f"sqlite:///{root / 'both.db'}"
    for name in ("one", "two_-x-_"):
        (root / "study.toml").write_text(tiny_study().replace('"tiny"', f'"{name}"'))
        words = ["run", str(root / "study.toml"), "--storage", storage]
        ran = CliRunner().invoke(app, [*words, "--output", str(root / name)])
        assert ran.exit_code == 0, ran.output
    page = root / "page.html"
    words = ["compare", "one", "two_-x-_", "--storage", storage, "--output", str(page)]
    made = CliRunner().invoke(app, words)
    assert made.exit_code == 0, made.output
    return page


@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_draws_a_stair_a_study_and_fits(
    compared: Path, browser_page: Page, page_errors: list[str], width: int
) -> None:
    browser_page.set_viewport_size({"width": width, "height": 844})
    browser_page.context.set_offline(True)
    browser_page.goto(compared.as_uri())
    browser_page.wait_for_function(f"{ALL}.every(figure => figure.querySelector('.main-svg'))")
    counted = "figure => [figure.id, figure.querySelectorAll('.lines path').length]"
    drawn = dict(browser_page.evaluate(f"{ALL}.map({counted})"))
    assert set(drawn) == {"best-by-trials", "best-by-seconds"}
    assert all(number >= 2 for number in drawn.values()), drawn
    assert browser_page.evaluate("document.documentElement.scrollWidth") <= width
    text = browser_page.inner_text("body").replace("\xa0", " ")
    assert "Studies one and two_-x-_ compared" in text
    assert "After 3 trials each: one " in text
    assert "Not comparable" not in text
    assert page_errors == []
