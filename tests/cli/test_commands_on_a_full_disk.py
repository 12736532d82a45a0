"""Commands that find no room for what they write: one line, and nothing half-written."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from small_disk import SmallDisk, small_disk
from tiny_study import tiny_study
from typer.testing import CliRunner

from run_study import app

PROJECT = Path(__file__).parents[2]
FULL = "cannot be written: no space left on device"
GOES_ON = "; once there is room, the same command goes on"


@pytest.fixture
def disk() -> Iterator[SmallDisk]:
    with small_disk(Path("disk"), "2m") as mounted:
        yield mounted


def refused_for(disk: SmallDisk, *words: str) -> str:
    """The one line of a command that finds the disk full, which it leaves as it was."""
    before = sorted(disk.folder.rglob("*"))
    disk.fill()
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 1, result.output
    disk.empty()
    left = {path for path in disk.folder.rglob("*") if path.is_file()}
    assert [path for path in left.difference(before) if path.stat().st_size] == []
    return result.stderr.splitlines()[-1]


def test_a_full_disk_is_named_in_one_line(disk: SmallDisk, glyphs_config: str) -> None:
    Path("tiny.toml").write_text(tiny_study(trials=1))
    Path("config.toml").write_text(glyphs_config)
    assert CliRunner().invoke(app, ["run", "tiny.toml"]).exit_code == 0
    said = refused_for(disk, "export", "tiny", "--output", "disk/best.toml")
    assert said == f"failed: disk/best.toml: {FULL}"
    said = refused_for(disk, "export", "tiny", "--top", "1", "--output", "disk/top")
    assert said == f"failed: disk/top/rank-01-trial-0.toml: {FULL}"
    said = refused_for(disk, "export", "tiny", "--format", "csv", "--output", "disk/trials.csv")
    assert said == f"failed: disk/trials.csv: {FULL}"
    storage = f"sqlite:///{Path('runs/tiny/study.db').absolute()}"
    said = refused_for(disk, "report", "tiny", "--storage", storage, "--output", "disk/report")
    assert said == f"failed: disk/report/report/index.html: {FULL}"
    said = refused_for(
        disk, "retrain", "config.toml", "--dataset", "glyphs", "--output", "disk/net"
    )
    assert said == f"failed: disk/net/glyphs-seed-11.checkpoint.safetensors: {FULL}{GOES_ON}"
    said = refused_for(disk, "run", "tiny.toml", "--output", "disk/new")
    assert said == f"failed: storage sqlite:///disk/new/study.db: {FULL}{GOES_ON}"
    result = CliRunner().invoke(app, ["run", "tiny.toml", "--output", "disk/new"])
    assert result.exit_code == 0, result.output
    for folder in ("support", "query"):
        Path(folder).mkdir()
        picture = np.full((105, 105), 255, np.uint8)
        picture[20:80, 50:55] = 0
        Image.fromarray(picture).save(f"{folder}/a.png")
    words = ("--support", "support", "--query", "query", "--output", "disk/answers")
    said = refused_for(disk, "classify", "runs/tiny", *words)
    assert said == f"failed: disk/answers/classes.csv: {FULL}"


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.usefixtures("begun")
def test_a_full_disk_behind_stdout_is_a_line_and_no_traceback(unbuffered: str) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, str(PROJECT / "run_study.py"), "status", "tiny"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONUNBUFFERED": unbuffered},
        )
    assert (done.returncode, done.stderr) == (1, f"failed: stdout, or a temporary file: {FULL}\n")


def test_a_cache_that_finds_no_room_is_left_out_in_one_line(disk: SmallDisk) -> None:
    script = "import numpy as np; from data.sources.cache import write_cache\n"
    script += "write_cache('glyphs', 'here', np.zeros((200, 20, 1379), np.uint8))"
    disk.fill()
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | {"XDG_CACHE_HOME": str(disk.folder.absolute()), "PYTHONPATH": PROJECT},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("no cache, so every start is slower: ")
    assert done.stderr.count("\n") == 1
    assert FULL in done.stderr
    assert disk.left() == []
