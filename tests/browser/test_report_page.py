"""The report in a real browser, with the network off: of a finished study, and of one under way."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page
from typer.testing import CliRunner

from run_study import app

Screenshot = Callable[[str], Path]
MOST_BYTES = 8_000_000
ALL = "[...document.querySelectorAll('.plotly-graph-div')]"
PHONE = {"width": 390, "height": 844}
STUDY = """
name = "tiny"
dataset = "glyphs"
trials = 10
sampler = { name = "random" }
pruner = { name = "median" }
finish = { finalists = 2, seeds = 2 }

[network]
size = 14
units = { choices = [8, 16] }
convolutions = [{ filters = 8, kernel = { low = 3, high = 13, step = 2 }, pool = true }]

[train]
optimiser = { choices = ["sgd", "adam"] }
epochs = 2
steps_per_epoch = 2
layers = { learning_rate = { low = 1e-3, high = 1e-1, log = true } }
batch = { characters = 10, drawers = 2 }
"""
FIGURES = {
    "history",
    "learning-curves",
    "parallel-coordinates",
    "importances",
    "timeline",
    "alphabets",
    "filters",
}


@pytest.fixture(scope="module")
def study_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished study on the glyphs, with its report."""
    root = tmp_path_factory.mktemp("study")
    (root / "tiny.toml").write_text(STUDY)
    folder = root / "tiny"
    ran = CliRunner().invoke(app, ["run", str(root / "tiny.toml"), "--output", str(folder)])
    assert ran.exit_code == 0, ran.output
    (folder / "report").mkdir()
    (folder / "report" / "slice-earlier.png").touch()
    made = CliRunner().invoke(app, ["report", "tiny", "--output", str(folder)])
    assert made.exit_code == 0, made.output
    assert made.stdout == f"{folder / 'report' / 'index.html'}\n"
    assert made.stderr == ""
    return folder


def open_page(page: Page, folder: Path) -> None:
    page.context.set_offline(True)
    page.goto((folder / "report" / "index.html").as_uri())
    page.wait_for_function(f"{ALL}.every(figure => figure.querySelector('.main-svg'))")


def drawn(page: Page) -> dict[str, int]:
    """By figure, how many bars, points, lines and pictures it shows."""
    shapes = ".bars .point, .points path, .lines path, .hm image"
    counted = f"figure => [figure.id, figure.querySelectorAll('{shapes}').length]"
    return dict(page.evaluate(f"{ALL}.map({counted})"))


def test_the_page_says_and_draws_everything_without_a_network(
    study_folder: Path, browser_page: Page, page_errors: list[str], screenshot: Screenshot
) -> None:
    open_page(browser_page, study_folder)
    found = drawn(browser_page)
    slices = {name for name in found if name.startswith("slice-")}
    assert set(found) - slices == FIGURES
    assert {"slice-units", "slice-optimiser", "slice-conv1.learning_rate"} <= slices
    assert all(found.values()), found
    assert page_errors == []
    assert (study_folder / "report" / "index.html").stat().st_size < MOST_BYTES
    screenshot("report")
    pictures = {path.stem: path for path in (study_folder / "report").glob("*.png")}
    assert set(pictures) == set(found)
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in pictures.values())

    text = browser_page.inner_text("body").replace("\xa0", " ")
    searched = "Study tiny searched 6 parameters (kernel, units, optimiser and learning rate) of"
    assert searched in text
    assert "at most 1 trial at the same time" in text
    assert "2 finalists were trained again, with 2 fresh seeds each" in text
    over_seeds = json.loads((study_folder / "results.json").read_text())["test_over_seeds"]
    for accuracy, error in (
        ("one_shot_accuracy", "standard_error"),
        ("every_drawer_pair_accuracy", "every_drawer_pair_standard_error"),
    ):
        mean = f"the mean of its 2 seeds {100 * over_seeds[accuracy]:.1f}"
        assert f"{mean} ± {100 * over_seeds[error]:.1f} %" in text
    assert text.count("measured, error over seeds") >= 2
    assert "on glyphs, made-up alphabets, not on Omniglot" in text
    assert "95.5" not in text
    assert "harder" not in text


def test_it_fits_a_phone(
    study_folder: Path, browser_page: Page, page_errors: list[str], screenshot: Screenshot
) -> None:
    browser_page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    open_page(browser_page, study_folder)
    widths = "[document.documentElement.scrollWidth, ...[...document.querySelectorAll('.main-svg')]"
    assert max(browser_page.evaluate(f"{widths}.map(e => e.getBoundingClientRect().right)]")) <= 390
    assert page_errors == []
    screenshot("report-phone")


def test_an_unfinished_study_says_so(
    study_folder: Path, browser_page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nothing of the results; and on this machine no browser is found.
    (study_folder / "results.json").rename(study_folder / "away.json")
    monkeypatch.setattr("choreographer.browsers.chromium.Chromium.find_browser", lambda **_: None)
    made = CliRunner().invoke(app, ["report", "tiny", "--output", str(study_folder)])
    assert made.exit_code == 0, made.output
    assert made.stderr == (
        "PNG files are left out: no Chrome or Chromium was found on this machine\n"
    )
    assert list((study_folder / "report").iterdir()) == [study_folder / "report" / "index.html"]
    open_page(browser_page, study_folder)
    assert "Unfinished: 10 of 10 trials done" in browser_page.inner_text(".notice")
    assert not {"alphabets", "filters"} & set(drawn(browser_page))
