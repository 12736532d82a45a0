"""Commands from a cold start to their end, in seconds: help, a whole small study, its status.

Each is a process of its own, timed from its start to its exit, a few times in turn.

Usage:
  python -m benchmarks.speed.starts [--rounds N]
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.command import make_parser, run_main
from benchmarks.output import tell
from model.evaluation.standard_error import mean_and_error

PROJECT = Path(__file__).parents[2]
LONGEST = 120
"""Seconds after which a command counts as hanging."""


def main() -> None:
    parser = make_parser(__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    found: dict[str, list[float]] = {}
    for _ in range(asked.rounds):
        with tempfile.TemporaryDirectory() as folder:
            for words in ("--help", "run glyphs", "status glyphs"):
                place = [] if words == "--help" else ["--output", folder]
                found.setdefault(words, []).append(timed([*words.split(), *place]))
                print(words, round(found[words][-1], 2), file=sys.stderr, flush=True)
    for words, seconds_each in found.items():
        value, error = mean_and_error(seconds_each)
        tell(
            benchmark="command from start to end",
            words=words,
            seconds={"value": round(value, 2), "standard_error": round(error, 2)},
            rounds=asked.rounds,
        )


def timed(words: list[str]) -> float:
    """Seconds that the command took; an error where it failed."""
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, str(PROJECT / "run_study.py"), *words],
        check=True,
        capture_output=True,
        timeout=LONGEST,
    )
    return time.perf_counter() - start


if __name__ == "__main__":
    run_main(main)
