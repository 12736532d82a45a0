"""The report in a real browser, with the network off: of a finished study, and of one under way."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page
from typer.testing import CliRunner

from run_study import app

Screenshot = Callable[[str], Path]
MOST_BYTES = 3_000_000
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
    earlier = '<div class="plotly-graph-div" id="slice-earlier"></div>'
    (folder / "report" / "index.html").write_text(earlier)
    (folder / "report" / "slice-earlier.png").touch()
    made = CliRunner().invoke(app, ["report", "tiny", "--output", str(folder)])
    assert made.exit_code == 0, made.output
    assert made.stdout == f"{folder / 'report' / 'index.html'}\n"
    assert made.stderr == ""
    return folder


def open_page(page: Page, folder: Path) -> None:
    page.context.set_offline(True)
    page.goto((folder / "report" / "index.html").as_uri())
    shown = f"{ALL}.filter(figure => figure.offsetParent)"
    page.wait_for_function(f"{shown}.every(figure => figure.querySelector('.main-svg'))")


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
    results = json.loads((study_folder / "results.json").read_text())
    test = results["test"]
    number = f"{100 * test['one_shot_accuracy']:.1f} ± {100 * test['standard_error']:.1f} %"
    assert text.splitlines()[0] == "Study tiny on glyphs"
    assert text[len("Study tiny on glyphs") :].lstrip().startswith(number)
    cells = browser_page.locator("#network td").all_inner_texts()
    assert {str(results["winner"]["config"]["network"]["units"]), "14"} <= set(cells)
    assert browser_page.locator("#layers tr").count() == 4
    commands = browser_page.locator("code").all_inner_texts()
    assert [command.split()[2] for command in commands] == ["dashboard", "classify"]
    searched = "Study tiny searched 6 parameters (kernel, units, optimiser and learning rate) of"
    assert searched in text
    assert "at most 1 trial at the same time" in text
    assert "2 finalists were trained again, with 2 fresh seeds each" in text
    over_seeds = results["test_over_seeds"]
    for accuracy, error in (
        ("one_shot_accuracy", "standard_error"),
        ("every_drawer_pair_accuracy", "every_drawer_pair_standard_error"),
    ):
        mean = f"the mean of its 2 seeds {100 * over_seeds[accuracy]:.1f}"
        assert f"{mean} ± {100 * over_seeds[error]:.1f} %" in text
    assert text.count("measured, error over seeds") >= 2
    assert "The study ran on glyphs, not on Omniglot" in text
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


def test_what_a_phone_has_no_room_for_is_left_out_there(
    study_folder: Path, browser_page: Page
) -> None:
    browser_page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    open_page(browser_page, study_folder)
    parallel, left_out = "#parallel-coordinates", "The figure is left out"
    assert not browser_page.locator(parallel).is_visible()
    assert browser_page.get_by_text(left_out).is_visible()
    layers = browser_page.locator("#layers").bounding_box()
    assert layers is not None
    assert layers["x"] + layers["width"] <= PHONE["width"]
    browser_page.set_viewport_size({"width": 1280, "height": 900})
    browser_page.locator(f"{parallel} .main-svg").first.wait_for()
    assert not browser_page.get_by_text(left_out).is_visible()


def colours(page: Page) -> tuple[float, set[float]]:
    """How light the page's background is, 0 to 1, and how light the figures' are."""
    script = f"[getComputedStyle(document.body).backgroundColor, ...{ALL}.map(figure => figure"
    script += ".querySelector('.main-svg').style.background)]"
    lights = [
        max(map(int, re.findall(r"\d+", colour)[:3])) / 255 for colour in page.evaluate(script)
    ]
    return lights[0], set(lights[1:])


def test_it_is_dark_where_the_browser_is_and_turns_light_with_it(
    study_folder: Path, browser_page: Page, screenshot: Screenshot
) -> None:
    browser_page.emulate_media(color_scheme="dark")
    open_page(browser_page, study_folder)
    screenshot("report-dark")
    page, figures = colours(browser_page)
    assert page < 0.15
    assert figures == {page}
    ink = browser_page.locator("#history .xtick text").first
    assert "230, 230, 230" in ink.evaluate("text => getComputedStyle(text).fill")
    browser_page.emulate_media(color_scheme="light")
    browser_page.wait_for_function(f"{ALL}[0].querySelector('.main-svg').style.background != ''")
    assert colours(browser_page) == (1, {1})


def test_it_prints_black_on_white_and_within_the_paper(
    study_folder: Path, browser_page: Page
) -> None:
    browser_page.emulate_media(color_scheme="dark")
    open_page(browser_page, study_folder)
    browser_page.evaluate("dispatchEvent(new Event('beforeprint'))")
    browser_page.emulate_media(media="print", color_scheme="dark")
    assert colours(browser_page) == (1, {1})
    boxes = f"{ALL}.map(figure => figure.getBoundingClientRect())"
    boxes += ".map(box => [box.width, box.height])"
    # What is higher than a page leaves the one before it empty.
    assert all(height <= 960 for _, height in browser_page.evaluate(boxes))
    printed = browser_page.pdf(format="A4")
    assert 2 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= 9


def test_an_unfinished_study_says_so(
    study_folder: Path, browser_page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nothing of the results; and pictures cannot be drawn.
    (study_folder / "results.json").rename(study_folder / "away.json")
    monkeypatch.setattr("hpo.report.write.draw_pictures", lambda *_: "no Chrome was found")
    made = CliRunner().invoke(app, ["report", "tiny", "--output", str(study_folder)])
    assert made.exit_code == 0, made.output
    assert made.stderr == "PNG files are left out: no Chrome was found\n"
    assert list((study_folder / "report").iterdir()) == [study_folder / "report" / "index.html"]
    open_page(browser_page, study_folder)
    assert "Unfinished: 10 of 10 trials done" in browser_page.inner_text(".notice")
    assert not {"alphabets", "filters"} & set(drawn(browser_page))
