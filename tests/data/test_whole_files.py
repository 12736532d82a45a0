"""Files that were begun only: cleared when nobody writes them any more, and not before."""

import os
import subprocess
import sys
import time
from pathlib import Path

import data.whole_files
from data.whole_files import clear_begun, replacing

PROJECT = Path(__file__).parents[2]
WRITER = """
import sys
from pathlib import Path
from data.whole_files import replacing
with replacing(Path(sys.argv[1]) / "file") as partial:
    partial.write_text("half")
    print(partial, flush=True)
    input()
"""


def test_what_a_killed_process_had_begun_is_cleared_and_nothing_else(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    living, killed = (
        subprocess.Popen(
            command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    )
    with living, killed:
        assert living.stdout
        assert killed.stdout
        kept, left = (Path(each.stdout.readline().strip()) for each in (living, killed))
        (tmp_path / "mine.part").touch()
        killed.kill()
        killed.wait()
        clear_begun(tmp_path)
        assert left.exists()  # just now written: perhaps its lock is not seen on this machine
        long_ago = time.time() - 2 * data.whole_files.SETTLED
        for path in tmp_path.iterdir():
            os.utime(path, (long_ago, long_ago))
        clear_begun(tmp_path)
        assert sorted(tmp_path.iterdir()) == sorted([kept, tmp_path / "mine.part"])
        living.communicate("\n", timeout=20)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "mine.part"]
    assert (tmp_path / "file").read_text() == "half"
    clear_begun(tmp_path / "not there")
    with replacing(tmp_path / "file") as partial:
        partial.write_text("whole")
    assert (tmp_path / "file").read_text() == "whole"
