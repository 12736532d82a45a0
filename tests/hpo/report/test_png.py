"""PNG files are left out, with the reason, where what draws them is missing."""

from __future__ import annotations

import sys
from pathlib import Path

import plotly.graph_objects as go
import pytest

from hpo.report.png import _children, draw_here, draw_pictures, pictures_of


def test_without_kaleido_the_reason_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "kaleido", None)
    figures = {"history": ("History", go.Figure(layout={"height": 300, "margin": {"t": 20}}))}
    assert draw_here(pictures_of(figures, tmp_path)) == (
        "they need the package kaleido: pip install '.[png]'"
    )
    assert list(tmp_path.iterdir()) == []


def test_without_a_browser_the_reason_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("choreographer.browsers.chromium.Chromium.find_browser", lambda **_: None)
    figure = go.Figure(layout={"height": 300, "margin": {"t": 20}})
    assert draw_here(pictures_of({"history": ("History", figure)}, tmp_path)) == (
        "no Chrome or Chromium was found on this machine"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_thread_that_ends_just_then_has_no_children(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between its file's being found and its being read, or while it is."""
    for ended in (FileNotFoundError, ProcessLookupError):

        def read_text(path: Path, raised: type[OSError] = ended) -> str:
            if path.parent.name == "2":
                raise raised
            return f"{path.parent.name}0 {path.parent.name}1 "

        monkeypatch.setattr(Path, "glob", lambda at, _: [at / n / "children" for n in "123"])
        monkeypatch.setattr(Path, "read_text", read_text)
        assert _children(1) == [10, 11, 30, 31]


def test_a_title_takes_no_markup(tmp_path: Path) -> None:
    figure = go.Figure(layout={"height": 300, "margin": {"t": 20}})
    (wanted,) = pictures_of({"history": ("<b>History</b>", figure)}, tmp_path)
    assert wanted["fig"].layout.title.text == "&lt;b&gt;History&lt;/b&gt;"


def test_a_long_name_of_the_folder_for_temporary_files_does_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("kaleido")
    long, drawn = tmp_path / ("a" * 100), tmp_path / "drawn"
    long.mkdir()
    drawn.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(long))
    monkeypatch.setenv("TMPDIR", str(long))
    figure = go.Figure(layout={"height": 300, "margin": {"t": 20}})
    assert draw_pictures({"history": ("History", figure)}, drawn) is None
    assert [path.name for path in drawn.iterdir()] == ["history.png"]
    assert list(long.iterdir()) == []
