"""The Pareto front of a study in a real browser: on the dashboard, and in the report."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tiny_study import tiny_study
from typer.testing import CliRunner

from hpo.database.opening import open_storage
from hpo.storage.studies import stored_study
from hpo.trials.ranking import front
from run_study import app

PROJECT = Path(__file__).parents[2]
Serve = Callable[..., str]
TRIALS = 8


def done(*words: str | Path) -> str:
    ran = CliRunner().invoke(app, list(map(str, words)))
    assert ran.exit_code == 0, ran.output
    return ran.stdout


def test_a_front_is_shown(
    serve: Serve,
    browser_page: Page,
    page_errors: list[str],
    screenshot: Callable[[str], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    text = tiny_study(trials=TRIALS).replace(
        "[network]", 'second_objective = "parameters"\n[network]'
    )
    Path("tiny.toml").write_text(text.replace("units = 8", "units = { low = 4, high = 32 }"))
    done("run", "tiny.toml")
    url = f"sqlite:///{tmp_path}/runs/tiny/study.db"
    found = front(*stored_study("tiny", open_storage(url, create=False)))
    assert found is not None

    page = browser_page
    page.goto(Path(done("report", "tiny").strip()).absolute().as_uri())
    expect(page.get_by_role("heading", name="The Pareto front: ")).to_be_visible()
    assert page.locator("#front tr").count() == 1 + len(found.trials)
    figure = page.locator("#pareto-front")
    points = figure.locator(".scatterlayer .point")
    expect(points).to_have_count(TRIALS)
    points.last.hover(force=True)
    best = found.trials[-1]
    expect(figure.locator(".hoverlayer")).to_contain_text(f"trial {best.number}")
    expect(figure.locator(".hoverlayer")).to_contain_text(f"{best.cost:,.0f} parameters")
    screenshot("pareto-report")

    dashboard = serve(
        sys.executable, PROJECT / "run_study.py", "dashboard", "tiny", "--storage", url
    )
    page.goto(f"{dashboard}/studies/1")
    expect(page.get_by_role("heading", name="Pareto Front")).to_be_visible()
    plot = page.locator("#graph-pareto-front")
    expect(plot.locator(".scatterlayer .point").first).to_be_visible()
    screenshot("pareto-dashboard")
    page.goto(f"{dashboard}/studies/1/note")
    expect(page.get_by_text(f"Pareto front: {found.in_words()}")).to_be_visible()
    assert page.locator("table").first.locator("tbody tr").count() == len(found.trials)
    assert not page_errors
