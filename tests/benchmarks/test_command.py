"""How a benchmark's program ends: bad input is one line, and Ctrl-C no traceback."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.command import run_main

PROJECT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "words",
    [
        ("benchmarks.winner.rows", "missing.toml", "folder", "out.json"),
        ("benchmarks.winner.ablation", "train", "missing.toml", "out.jsonl"),
        (
            "benchmarks.equal_time",
            "missing.toml",
            "folder",
            "--seconds",
            "60",
            "--repetitions",
            "1",
        ),
        ("benchmarks.lockstep", "missing.toml", "folder"),
    ],
)
def test_bad_input_is_one_line(words: tuple[str, ...], tmp_path: Path) -> None:
    command = [sys.executable, "-m", *words]
    found = subprocess.run(
        command, cwd=PROJECT, capture_output=True, text=True, timeout=60, check=False
    )
    assert found.returncode == 2, found.stderr
    assert found.stderr.startswith("error: ")
    assert found.stderr.count("\n") == 1
    assert "missing.toml" in found.stderr


def test_every_program_ends_so() -> None:
    """One that starts differently tells of its mistakes by itself, or is no person's command."""
    others = {"witness.py", "__main__.py"}
    programs = [
        path
        for path in (PROJECT / "benchmarks").rglob("*.py")
        if '__name__ == "__main__"' in path.read_text() and path.name not in others
    ]
    assert programs
    for path in programs:
        assert path.read_text().endswith("    run_main(main)\n"), path


def test_an_interrupt_ends_without_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(SystemExit) as ended:
        run_main(interrupted)
    assert ended.value.code == 130
    assert capsys.readouterr() == ("", "")
