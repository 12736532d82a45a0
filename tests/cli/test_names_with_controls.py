"""Files whose names control a terminal: commands print them with these characters written out."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from run_study import app

HOSTILE = "own\x1b[31mred"
SEEN = r"own\x1b[31mred"


@pytest.mark.usefixtures("begun")
def test_files_that_are_enqueued_and_written(glyphs_config: str) -> None:
    Path(f"{HOSTILE}.toml").write_text(glyphs_config)
    storage = ("--storage", "sqlite:///runs/tiny/study.db")
    report = ("report", "tiny", *storage, "--output", HOSTILE)
    for words in (("enqueue", "tiny", f"{HOSTILE}.toml"), report):
        result = CliRunner().invoke(app, words)
        assert result.exit_code == 0, result.output
        assert SEEN in result.stdout
        printed = result.stdout + result.stderr
        assert not {letter for letter in printed if ord(letter) < 0x20} - {"\n"}
