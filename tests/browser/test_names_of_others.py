"""Names, notes and errors of other programs on pages in a real browser: shown, never run."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import optuna
import pytest
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution
from optuna.trial import TrialState
from playwright.sync_api import Page, expect

from hpo.dashboard.plots import FIGURES
from hpo.dashboard.study_page import refresh
from hpo.database.opening import open_storage
from hpo.report.page import page, paragraphs
from hpo.report.parameters import importance_bars, parallel, slices
from hpo.report.png import draw_pictures
from hpo.report.search import history, learning_curves, timeline
from hpo.report.style import Bar, Section, bars
from hpo.runtime.palette import BLUE
from hpo.storage.studies import open_study
from hpo.study.definition import StudyConfig
from hpo.study.file import load_study
from hpo.study.space import parameters
from hpo.trials.importance import importances

PROJECT = Path(__file__).parents[2]
OWNED = "window.owned=1"
NAMES = (
    f"<img src=x onerror={OWNED}>",
    f"</script><script>{OWNED}</script>",
    f"\"><svg onload='{OWNED}'>",
    f"`${{{OWNED}}}` & [bold]",
    f"../../<a href='javascript:{OWNED}'>line\nbreak\x1b[31m</a>",
    f"%{{x}} <b>{'long' * 60}</b>",
)
"""Of parameters, values and workers."""


def add_trials(study: optuna.Study, config: StudyConfig) -> None:
    """Trials that have what the study's own have, and every name of another program beside it."""
    own = {parameter.name: parameter for parameter in parameters(config)}
    space: dict[str, BaseDistribution] = {
        **{name: parameter.distribution for name, parameter in own.items()},
        **{name: FloatDistribution(0, 20) for name in NAMES[1:]},
        **{f"{name}.learning_rate": FloatDistribution(1e-3, 20, log=True) for name in NAMES},
        NAMES[0]: CategoricalDistribution(NAMES),
    }
    for number in range(20):
        params = dict.fromkeys(space, 1.0 + number) | {NAMES[0]: NAMES[number % len(NAMES)]}
        params |= {name: parameter.values[0] for name, parameter in own.items()}
        pruned = number % 4 == 3
        study.add_trial(
            optuna.create_trial(
                state=TrialState.PRUNED if pruned else TrialState.COMPLETE,
                value=None if pruned else number / 20,
                params=params,
                distributions=space,
                intermediate_values={1: number / 20},
                user_attrs={"worker": f"{NAMES[number % len(NAMES)]}:1:2", "seed": 1}
                | {"reason": NAMES[0], "seconds": 1.0},
            )
        )


@pytest.fixture
def named_by_others(tmp_path: Path) -> optuna.Study:
    storage = open_storage(f"sqlite:///{tmp_path}/study.db", create=True)
    config = load_study("glyphs").model_copy(update={"description": " ".join(NAMES)})
    study = open_study(config, storage)
    study.set_user_attr("fingerprint", f"`{NAMES[0]}")
    study.set_user_attr("storage", f"sqlite:///{NAMES[4]}")
    add_trials(study, config)
    return study


def assert_harmless(page: Page) -> None:
    assert page.evaluate("window.owned") is None
    assert page.locator("img[onerror], svg[onload], a[href^='javascript']").count() == 0


def assert_no_markup(page: Page) -> None:
    """No name has made a figure's text bold, or a link: its tags are shown."""
    assert page.locator(".main-svg a").count() == 0
    bold = page.locator(".main-svg tspan[style*='bold']").all_text_contents()
    assert [text for text in bold if "longlong" in text and "<b>" not in text] == []


def test_the_report_shows_them_and_runs_none(
    named_by_others: optuna.Study,
    browser_page: Page,
    page_errors: list[str],
    screenshot: Callable[[str], Path],
    tmp_path: Path,
) -> None:
    trials, config = named_by_others.trials, load_study("glyphs")
    mattered = importances(trials)
    assert mattered is not None
    rows = [Bar(name, 1.0, name) for name in NAMES]
    sections = [
        history(trials),
        learning_curves(trials, 0.5),
        parallel(trials, config),
        importance_bars(mattered, config),
        slices(trials, config, list(trials[0].params), True),
        timeline(trials),
        Section(NAMES[0], " ".join(NAMES), {"alphabets": bars(rows, "%", 2, {"": BLUE})}),
    ]
    written = page(NAMES[1], paragraphs(*NAMES), sections, NAMES[2])
    (tmp_path / "index.html").write_text(written)
    browser_page.context.set_offline(True)
    browser_page.goto((tmp_path / "index.html").as_uri())
    figures = {name: figure for section in sections for name, figure in section.figures.items()}
    assert len(figures) == 6 + len(trials[0].params)
    for name in figures:
        expect(browser_page.locator(f"[id='{name}'] .main-svg").first).to_be_visible()
    text = browser_page.inner_text("body")
    for name in NAMES[:4]:
        assert name in text
    # In the svg of a figure, beside the value.
    shown = [name.replace(".", " ").replace("_", " ") for name in NAMES[:4]]
    labels = browser_page.locator("[id='parallel-coordinates'] .ytick text").all_text_contents()
    assert all(any(name in label for label in labels) for name in shown)
    assert_no_markup(browser_page)
    for point in browser_page.locator("#timeline .bars .point").all()[:3]:
        point.hover(force=True)
    screenshot("names-of-others-report")
    assert_harmless(browser_page)
    assert page_errors == []
    # Each figure's file is in its folder, none above it.
    pictures = tmp_path / "a" / "report"
    pictures.mkdir(parents=True)
    few = {name: (NAMES[0], figures[name]) for name in list(figures)[-3:]}
    assert draw_pictures(few, pictures) is None
    assert {path.stem for path in (tmp_path / "a").rglob("*.png")} == set(few)
    assert all(path.parent == pictures for path in tmp_path.rglob("*.png"))


def test_what_is_shown_under_the_pointer_is_text(named_by_others: optuna.Study) -> None:
    trials, config = named_by_others.trials, load_study("glyphs")
    alphabets = bars([Bar(name, 1.0, name) for name in NAMES], "%", 2, {"": BLUE})
    lines = timeline(trials).figures["timeline"]
    importance = FIGURES["importance"](trials, config)
    assert importance is not None
    shown = [
        [text for bar in alphabets.data for text in bar.hovertext],
        [str(row[1]) for bar in lines.data for row in bar.customdata],
        [text for bar in importance.data for text in bar.y],
    ]
    for texts in shown:
        assert any("&lt;b&gt;" in text for text in texts)
        assert not any("<b>" in text for text in texts)


def test_the_dashboard_shows_them_and_runs_none(
    named_by_others: optuna.Study,
    serve: Callable[..., str],
    browser_page: Page,
    screenshot: Callable[[str], Path],
    tmp_path: Path,
) -> None:
    config = load_study("glyphs").model_copy(update={"description": " ".join(NAMES)})
    refresh(named_by_others, config)
    url = f"sqlite:///{tmp_path}/study.db"
    program = (sys.executable, PROJECT / "run_study.py", "dashboard", "glyphs", "--storage", url)
    dashboard = serve(*program)
    expect.set_options(timeout=60_000)
    browser_page.goto(f"{dashboard}/studies/1")
    plot = browser_page.locator('[id="user-defined-plot:importance"]')
    expect(plot.locator(".ytick").first).to_be_attached()
    assert "conv1" in " ".join(plot.locator(".ytick").all_text_contents())
    browser_page.goto(f"{dashboard}/studies/1/note")
    expect(browser_page.get_by_text("Join, look, take").first).to_be_visible()
    text = browser_page.inner_text("body")
    for name in NAMES[:4]:
        assert name in text
    assert str(tmp_path.parent) not in browser_page.inner_text("pre")  # of a URL
    screenshot("names-of-others-note")
    assert_harmless(browser_page)
