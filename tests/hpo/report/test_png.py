"""PNG files are left out, with the reason, where what draws them is missing."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import pytest

from hpo.report.png import write_pictures


def test_without_kaleido_the_reason_is_told_and_no_older_file_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "kaleido", None)
    (tmp_path / "history.png").touch()
    figures = {"history": ("History", go.Figure(layout={"height": 300}))}
    assert write_pictures(figures, tmp_path) == (
        "they need the package kaleido: pip install '.[png]'"
    )
    assert list(tmp_path.iterdir()) == []


def test_without_a_browser_the_reason_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("choreographer.browsers.chromium.Chromium.find_browser", lambda **_: None)
    figure = go.Figure(layout={"height": 300, "margin": {"t": 20}})
    assert write_pictures({"history": ("History", figure)}, tmp_path) == (
        "no Chrome or Chromium was found on this machine"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_title_takes_no_markup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kaleido, titles = pytest.importorskip("kaleido"), []

    def draw(wanted: list[dict[str, Any]], **_: object) -> None:
        for each in wanted:
            titles.append(each["fig"].layout.title.text)
            each["path"].touch()

    monkeypatch.setattr(kaleido, "write_fig_from_object_sync", draw)
    figure = go.Figure(layout={"height": 300, "margin": {"t": 20}})
    assert write_pictures({"history": ("<b>History</b>", figure)}, tmp_path) is None
    assert titles == ["&lt;b&gt;History&lt;/b&gt;"]
