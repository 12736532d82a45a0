"""PNG files beside the page: those of its figures, and whatever a user keeps there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import optuna
import plotly.graph_objects as go
import pytest
from searched_trials import CONFIG, MIXED

from hpo.report.png import remove_earlier
from hpo.report.write import write_report
from hpo.storage.workspace import Workspace

EARLIER = '<html><div class="plotly-graph-div" id="rungs" style=""></div></html>'
Drawn = tuple[str, go.Figure]


@pytest.fixture
def study() -> optuna.Study:
    made = optuna.create_study(study_name=CONFIG.name, direction="maximize")
    made.add_trials([trial for trial in MIXED if trial.state.is_finished()])
    return made


@pytest.mark.parametrize("can_draw", [True, False])
def test_only_figures_of_an_earlier_report_go(
    study: optuna.Study, can_draw: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def draw_pictures(figures: Mapping[str, Drawn], folder: Path) -> str | None:
        for name in figures if can_draw else ():
            (folder / f"{name}.png").write_text("new")
        return None if can_draw else "no browser"

    monkeypatch.setattr("hpo.report.write.draw_pictures", draw_pictures)
    workspace = Workspace.of(CONFIG.name, tmp_path)
    folder = workspace.report.parent
    folder.mkdir()
    workspace.report.write_text(EARLIER)
    for name in ("rungs", "mine"):
        (folder / f"{name}.png").write_text("old")
    write_report(study, CONFIG, workspace)
    found = {path.stem: path.read_text() for path in folder.glob("*.png")}
    assert found.pop("mine") == "old"
    assert set(found.values()) <= {"new"}
    assert "rungs" not in found
    assert ("timeline" in found) == can_draw

    # The next one, that nothing can draw, knows the figures of this one.
    can_draw = False
    write_report(study, CONFIG, workspace)
    assert [path.name for path in folder.glob("*.png")] == ["mine.png"]


def test_two_reports_may_remove_the_same_at_once(tmp_path: Path) -> None:
    (tmp_path / "rungs.png").touch()
    for _ in range(2):
        remove_earlier(["rungs"], tmp_path)
    assert list(tmp_path.iterdir()) == []
