"""A recording that is packed, unpacked and gone on with."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ready_python import run_ready_python

from benchmarks.replay import curves

PROJECT = Path(__file__).parents[3]


def record(*words: object) -> None:
    """In a process of its own, as its command is part of what is recorded."""
    program = ["-m", "benchmarks.replay.curves", "record"]
    done = run_ready_python([*program, *map(str, words)], cwd=PROJECT)
    assert done.returncode == 0, done.stderr


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_recording_goes_on_from_where_it_was_packed(
    tmp_path: Path, run: Callable[..., None]
) -> None:
    file, packed, again = (tmp_path / name for name in ("a.jsonl", "a.json.gz", "b.jsonl"))
    record("glyphs", file, "--configurations", 1, "--seeds", 1)
    run(curves.main, "pack", file, packed)
    run(curves.main, "unpack", packed, again)
    whole, unpacked = lines(file), lines(again)
    assert unpacked[0] == whole[0]
    recorded = [line for line in whole if "accuracy" in line]
    assert [line for line in unpacked if "accuracy" in line] == recorded
    assert recorded[0]["computer"] == whole[0]["computer"]
    assert recorded[0]["computer"]["threads"] == 1
    assert recorded[0]["commit"] == whole[0]["commit"]
    older = unpacked[0]["definition"]
    del older["lockstep"]  # no version before that key had it
    again.write_text("".join(f"{json.dumps(line)}\n" for line in unpacked))
    study = again.with_suffix(".toml")
    record(study, again, "--configurations", 2, "--seeds", 1)
    head = lines(again)[0]
    assert head == whole[0] | {"command": head["command"], "definition": older}
    assert head["command"] == (
        f"python -m benchmarks.replay.curves record {study} {again} --configurations 2 --seeds 1"
    )
    grown = [line for line in lines(again) if "accuracy" in line]
    assert grown[0] == recorded[0]
    assert len({line["number"] for line in grown}) == len(grown) == 2
