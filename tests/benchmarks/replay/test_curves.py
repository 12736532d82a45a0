"""A recording that is packed, unpacked and gone on with."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[3]


def curves(*words: object) -> None:
    program = [sys.executable, "-m", "benchmarks.replay.curves"]
    subprocess.run([*program, *map(str, words)], cwd=PROJECT, check=True)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_recording_goes_on_from_where_it_was_packed(tmp_path: Path) -> None:
    file, packed, again = (tmp_path / name for name in ("a.jsonl", "a.json.gz", "b.jsonl"))
    curves("record", "glyphs", file, "--configurations", 1, "--seeds", 1)
    curves("pack", file, packed)
    curves("unpack", packed, again)
    whole, unpacked = lines(file), lines(again)
    assert unpacked[0] == whole[0]
    recorded = [line for line in whole if "accuracy" in line]
    assert [line for line in unpacked if "accuracy" in line] == recorded
    assert recorded[0]["computer"] == whole[0]["computer"]
    assert recorded[0]["computer"]["threads"] == 1
    assert recorded[0]["commit"] == whole[0]["commit"]
    curves("record", "glyphs", again, "--configurations", 2, "--seeds", 1)
    head = lines(again)[0]
    assert head == whole[0] | {"command": head["command"]}
    assert head["command"] == (
        f"python -m benchmarks.replay.curves record glyphs {again} --configurations 2 --seeds 1"
    )
    grown = [line for line in lines(again) if "accuracy" in line]
    assert grown[0] == recorded[0]
    assert len({line["number"] for line in grown}) == len(grown) == 2
