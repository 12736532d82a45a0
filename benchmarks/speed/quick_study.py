"""The main job from start to end: how long it takes, what it finds, and how true its time left is.

Runs `python run_study.py run` on the quick study, or another, once for each study seed, as a
process whose stderr is no terminal; every line of it is timed. OUTPUT is a folder, which gets a
folder a seed and quick-study.json; a seed that is done is not run again.

Usage:
  python -m benchmarks.speed.quick_study OUTPUT [--study NAME] [--seeds N] [--workers N]
      [--data-root DIR]
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import tomli_w

from benchmarks.command import make_parser, run_main
from benchmarks.output import provenance
from hpo.runtime.files import read_json, write_json
from hpo.storage.workspace import Workspace
from hpo.study.file import load_study
from hpo.study.results import StudyResults
from model.evaluation.standard_error import mean_and_error

PROJECT = Path(__file__).parents[2]
LEFT = re.compile(r"about ((?:[\d,.]+ (?:h|min|s) ?)+)left")
UNITS = {"h": 3600.0, "min": 60.0, "s": 1.0}
FIRST_PART = 0.2
"""Of the whole, after which the time left should be true."""
SHORT = 10.0
"""Seconds that are left when a line's time left is not compared any more."""


def seconds_left(line: str) -> float | None:
    """The time left that a line tells, in seconds; None if it tells none.

    >>> seconds_left("quick 3/16: trial 3 epoch 1/8; about 2 min 10 s left: search 50 s")
    130.0
    """
    found = LEFT.search(line)
    if found is None:
        return None
    words = found.group(1).split()
    numbers = zip(words[::2], words[1::2], strict=True)
    return sum(float(number.replace(",", "")) * UNITS[unit] for number, unit in numbers)


def run(study: str, seed: int, folder: Path, workers: int, data_root: Path | None) -> float:
    """Runs the study, and returns its seconds; the folder gets its lines with their times."""
    config = load_study(study).model_copy(update={"seed": seed})
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "study.toml"
    file.write_text(tomli_w.dumps(config.model_dump(mode="json", exclude_none=True)))
    words = ["run", str(file), "--workers", str(workers), "--output", str(folder / "run")]
    if data_root is not None:
        words += ["--data-root", str(data_root)]
    start, lines = time.monotonic(), []
    with subprocess.Popen(
        [sys.executable, str(PROJECT / "run_study.py"), *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append([round(time.monotonic() - start, 1), line.rstrip()])
            print(f"seed {seed}, {lines[-1][0]} s: {lines[-1][1]}", file=sys.stderr, flush=True)
    if process.returncode:
        sys.exit(f"seed {seed}: exit status {process.returncode}")
    took = round(time.monotonic() - start, 1)
    write_json(folder / "lines.json", {"seconds": took, "lines": lines})
    return took


def found(folder: Path) -> dict[str, Any]:
    """What a run took and found, and how true the time left was that it told."""
    document = read_json(folder / "lines.json")
    results = StudyResults.model_validate(read_json(Workspace.of("run", folder / "run").results))
    assert document is not None
    whole, lines = document["seconds"], document["lines"]
    told = [(at, left) for at, line in lines if (left := seconds_left(line)) is not None]
    compared = {
        at: round(left / (whole - at), 3)
        for at, left in told
        if at >= FIRST_PART * whole and whole - at >= SHORT
    }
    times = [0.0, *(at for at, _ in lines), whole]
    return {
        "seconds": whole,
        "trials": results.trials,
        "validation": results.validation.one_shot_accuracy,
        "official": results.test.one_shot_accuracy,
        "every_pair": results.test.every_drawer_pair_accuracy,
        "longest_silence": round(max(after - before for before, after in pairwise(times)), 1),
        "time_left_in_times_the_truth": compared,
    }


def main() -> None:
    parser = make_parser(__doc__)
    parser.add_argument("output", type=Path)
    parser.add_argument("--study", default="quick")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--data-root", type=Path)
    asked = parser.parse_args()
    studies = []
    for seed in range(asked.seeds):
        folder = asked.output / f"seed-{seed}"
        if not (folder / "lines.json").exists():
            run(asked.study, seed, folder, asked.workers, asked.data_root)
        studies.append({"seed": seed} | found(folder))
    document: dict[str, Any] = {
        "benchmark": "quick study",
        "study": asked.study,
        "workers": asked.workers,
    }
    for what in ("seconds", "validation", "official", "every_pair"):
        mean, error = mean_and_error([study[what] for study in studies])
        document[what] = {"value": mean, "standard_error": error}
    ratios = [r for study in studies for r in study["time_left_in_times_the_truth"].values()]
    document["time_left_in_times_the_truth"] = [min(ratios), max(ratios)]
    document["longest_silence"] = max(study["longest_silence"] for study in studies)
    write_json(asked.output / "quick-study.json", document | {"studies": studies} | provenance())


if __name__ == "__main__":
    run_main(main)
