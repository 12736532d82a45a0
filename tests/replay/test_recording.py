"""A recording that is packed and unpacked, and one of two machines."""

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from recording import recording
from surrogate import read_recorded

PROJECT = Path(__file__).parents[2]


def record_curves(*words: object) -> None:
    program = PROJECT / "tests/benchmarks/record_curves.py"
    subprocess.run([sys.executable, program, *map(str, words)], cwd=PROJECT, check=True)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_recording_goes_on_from_where_it_was_packed(tmp_path: Path) -> None:
    file, packed, again = (tmp_path / name for name in ("a.jsonl", "a.json.gz", "b.jsonl"))
    record_curves("record", "glyphs", file, "--configurations", 1, "--seeds", 1)
    record_curves("pack", file, packed)
    record_curves("unpack", packed, again)
    whole, unpacked = lines(file), lines(again)
    assert unpacked[0] == whole[0]
    curves = [line for line in whole if "accuracy" in line]
    assert [line for line in unpacked if "accuracy" in line] == curves
    assert curves[0]["machine"] == whole[0]["machine"]
    record_curves("record", "glyphs", again, "--configurations", 2, "--seeds", 1)
    head = lines(again)[0]
    assert head == whole[0] | {"command": head["command"]}
    assert "--configurations 2" in head["command"]
    grown = [line for line in lines(again) if "accuracy" in line]
    assert grown[0] == curves[0]
    assert len({line["number"] for line in grown}) == len(grown) == 2


def test_times_of_two_machines_are_made_those_of_the_first(tmp_path: Path) -> None:
    document = recording() | {"machine": "one"}
    for place, line in enumerate(document["curves"]):
        line["pictures"] = [100] * len(line["cpu_seconds"])
        if place % 2:
            line["machine"] = "twice as fast"
            line["cpu_seconds"] = [seconds / 2 for seconds in line["cpu_seconds"]]
    path = tmp_path / "curves.json.gz"
    path.write_bytes(gzip.compress(json.dumps(document).encode()))
    read = read_recorded(path)["curves"]
    right = [line["cpu_seconds"] for line in recording()["curves"]]
    assert [line["cpu_seconds"] for line in read] == [pytest.approx(times) for times in right]
