"""The notebook runs from its first cell to its last, and is kept without what it shows."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

PROJECT = Path(__file__).parents[2]
NOTEBOOK = PROJECT / "notebooks" / "glyphs.ipynb"


def test_the_notebook_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = nbformat.read(NOTEBOOK, as_version=4)
    assert not any(cell.get("outputs") for cell in kept.cells)
    monkeypatch.setenv("PYTHONPATH", str(PROJECT))
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    folder = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(kept, timeout=300, kernel_name="python3", resources=folder).execute()
    shown = [
        output["data"]["text/plain"]
        for cell in kept.cells
        for output in cell.get("outputs", [])
        if "data" in output
    ]
    (answers,) = [text for text in shown if "gate" in text and "same" in text][:1]
    rows = [line.split()[:2] for line in answers.splitlines()[2:]]
    assert rows == [[name, name] for name in ("gate", "star", "hook")]
    assert (tmp_path / "runs" / "glyphs" / "results.json").is_file()
