"""The dashboard as one sees it: a finished study's pages in a real browser."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

import optuna
import pytest
from optuna.trial import FrozenTrial, TrialState
from playwright.sync_api import Page, expect

from data.collection import Collection
from hpo.database.opening import open_storage
from hpo.run.run import run_study
from hpo.storage.studies import stored_study
from hpo.storage.workspace import Workspace
from hpo.study.file import read_study
from hpo.trials.configuration import trial_config
from hpo.trials.ranking import best_trials
from hpo.workers.machine import Machine
from model.config_file import read_config

PROJECT = Path(__file__).parents[2]
PATIENCE = 60_000.0
"""Milliseconds; a page takes two seconds, on a machine without other work."""
STUDY = {
    "name": "seen",
    "description": "Tiny networks, to look at",
    "dataset": "glyphs",
    "trials": 10,
    "sampler": {"name": "random"},
    "pruner": {"name": "median"},
    "finish": {"finalists": 1, "epochs": 1},
    "network": {
        "size": 14,
        "units": {"choices": [8, 16]},
        "convolutions": [{"filters": 4, "kernel": {"low": 3, "high": 5}, "pool": True}],
    },
    "train": {
        "epochs": 3,
        "steps_per_epoch": 2,
        "layers": {"learning_rate": {"low": 1e-3, "high": 1e-1, "log": True}},
        "batch": {"characters": 10, "drawers": 2},
    },
}

Serve = Callable[..., str]


@pytest.fixture(params=["sqlite", "postgres"])
def finished(
    request: pytest.FixtureRequest, tmp_path: Path, glyphs: Collection
) -> tuple[str, optuna.Study]:
    """A finished study, and the URL of its storage: of either kind."""
    url = f"sqlite:///{tmp_path}/runs/seen/study.db"
    if request.param == "postgres":
        url = request.getfixturevalue("postgres")
    config = read_study(STUDY, "test")
    run_study(
        config, glyphs, Machine(device="cpu"), Workspace.of("seen", tmp_path / "runs/seen", url)
    )
    study, _ = stored_study("seen", open_storage(url, create=False))
    return url, study


def shown_pictures(page: Page) -> set[str]:
    """The names of the pictures that the browser has drawn."""
    loaded = "all => all.filter(i => i.complete && i.naturalWidth > 99).map(i => i.alt)"
    return set(page.locator("img").evaluate_all(loaded))


def look_at_trial(page: Page, dashboard: str, trial: FrozenTrial) -> None:
    page.goto(f"{dashboard}/studies/1/trials?numbers={trial.number}")
    expect(page.get_by_role("heading", name=f"Trial {trial.number} (")).to_be_visible()
    expect(page.get_by_text(f"trial-{trial.number}.toml", exact=True).last).to_be_visible()


def test_a_finished_study(
    finished: tuple[str, optuna.Study],
    serve: Serve,
    browser_page: Page,
    page_errors: list[str],
    screenshot: Callable[[str], Path],
    tmp_path: Path,
) -> None:
    url, study = finished
    kind, page = url.split(":")[0].split("+")[0], browser_page
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    program = (sys.executable, PROJECT / "run_study.py", "dashboard", "seen", "--storage", url)
    dashboard = serve(*program)
    trials = study.get_trials()
    _, config = stored_study("seen", study._storage)
    (best,) = best_trials(study, config, 1)

    page.goto(dashboard)
    card = page.get_by_role("link", name=re.compile("^1. seen"))
    expect(card).to_be_visible()
    screenshot(f"{kind}-studies")
    card.click()

    attributes = page.get_by_text("definition", exact=True)
    expect(attributes).to_be_visible()
    assert str(tmp_path) not in page.content()
    history = page.locator("#plot-history")
    expect(history).to_contain_text("one-shot validation accuracy")
    drawn = history.locator(".scatterlayer .point")
    expect(drawn.first).to_be_visible()
    assert drawn.count() >= len(trials)
    screenshot(f"{kind}-study")
    for name, title, mark in (
        ("accuracy-against-seconds", "one-shot validation accuracy, %", ".point"),
        ("learning-rates", "Learning rates by layer", ".point"),
        ("importance", "What set the best 5 of 10 trials apart", ".bars .point"),
    ):
        plot = page.locator(f'[id="user-defined-plot:{name}"]')
        expect(plot).to_contain_text(title)
        expect(plot.locator(f"{mark} >> visible=true").first).to_be_visible()
    plot.scroll_into_view_if_needed()
    screenshot(f"{kind}-plots")

    page.goto(f"{dashboard}/studies/1/note")
    expect(page.get_by_text(f"Best so far: trial {best.number}, {best.value:.1%}")).to_be_visible()
    for words in (
        "Winner of the retrained: trial",
        "conv1.kernel",
        study.user_attrs["fingerprint"],
    ):
        expect(page.get_by_text(words).first).to_be_attached()
    # A database is named whole, a file as from the study's folder: a path is of one machine.
    body = page.inner_text("body")
    assert ("run_study.py join seen" if kind == "sqlite" else url.rsplit("/", 1)[-1]) in body
    assert str(tmp_path) not in body
    screenshot(f"{kind}-note")

    look_at_trial(page, dashboard, best)
    pictures = {"learning-curves.svg", "alphabets.svg", "hardest-trials.png"}
    for name in pictures:
        expect(page.get_by_alt_text(name).last).to_be_attached()
    page.wait_for_function("[...document.images].every(i => i.complete)")
    assert shown_pictures(page) == pictures
    screenshot(f"{kind}-trial")
    page.get_by_alt_text("learning-curves.svg").last.scroll_into_view_if_needed()
    screenshot(f"{kind}-artifacts")
    with page.expect_download() as download:
        page.locator(f'a[download="trial-{best.number}.toml"]').click()
    download.value.save_as(tmp_path / "best.toml")
    assert read_config(tmp_path / "best.toml") == trial_config(config, best)

    pruned = next(trial for trial in trials if trial.state is TrialState.PRUNED)
    look_at_trial(page, dashboard, pruned)
    expect(page.get_by_text(re.compile("Pruned: others did better"))).to_be_visible()
    assert shown_pictures(page) == set()
    assert page_errors == []

    # Optuna's own program shows the same pictures.
    own = Path(sys.executable).parent / "optuna-dashboard"
    dashboard = serve(own, url, "--artifact-dir", tmp_path / "runs/seen/artifacts")
    look_at_trial(page, dashboard, best)
    page.wait_for_function("document.images.length && [...document.images].every(i => i.complete)")
    assert shown_pictures(page) == pictures
