"""Searches compared by replaying recorded learning curves on a simulated clock.

Usage:
  python -m benchmarks.replay validate CURVES
  python -m benchmarks.replay quality CURVES OUTPUT [--searches SAMPLER/PRUNER ...]
      [--baseline SAMPLER/PRUNER]
  python -m benchmarks.replay promotion CURVES OUTPUT
  python -m benchmarks.replay workers CURVES OUTPUT [--workers N ...] [--trials N]
  python -m benchmarks.replay finalists CURVES OUTPUT
  python -m benchmarks.replay warm CURVES OUTPUT
  python -m benchmarks.replay early CURVES OUTPUT [--search SAMPLER/PRUNER] [--trials N]
  python -m benchmarks.replay priors CURVES OUTPUT [--spreads PART ...]

CURVES is what `benchmarks.replay.curves pack` wrote. OUTPUT gets .json and .png. A search is named
as in tpe/successive-halving or, with its random trials at the start, its first rung and its
reduction factor, tpe-10/successive-halving-2-3; what is not named is the recorded study's. The
accuracy is that of the trial that looked best: the true one, without the luck of a seed, on the
validation alphabets.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from benchmarks.command import make_parser, run_main
from benchmarks.replay.early_stop import early
from benchmarks.replay.finalists import finalists
from benchmarks.replay.priors import priors
from benchmarks.replay.quality import SEARCHES, promotion, quality
from benchmarks.replay.searches import BASELINE
from benchmarks.replay.surrogate import KINDS, read_recorded, validate
from benchmarks.replay.warm_start import warm
from benchmarks.replay.workers import workers
from hpo.study.priors import SPREAD

WORKERS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1000]


def main() -> None:
    parser = make_parser(__doc__)
    commands = parser.add_subparsers(required=True)
    for command in (quality, promotion, workers, finalists, warm, early, priors):
        one = commands.add_parser(command.__name__, description=command.__doc__)
        one.add_argument("curves", type=Path)
        one.add_argument("output", type=Path)
        one.add_argument("--repetitions", type=int, default=50)
        one.add_argument("--processes", type=int, default=1)
        one.add_argument("--trials", type=int)
        one.add_argument("--surrogate", choices=KINDS, default="trees", help="what is the truth")
        many = WORKERS if command is workers else [2]
        one.add_argument("--workers", type=int, nargs="+", default=many)
        if command is quality:
            one.add_argument("--searches", nargs="+", default=SEARCHES)
            one.add_argument("--baseline", default=BASELINE, help="the search to be beaten")
        if command is early:
            one.add_argument("--search", help="by default the recorded study's")
        if command is priors:
            one.add_argument("--spreads", nargs="+", type=float, default=[SPREAD])
        one.set_defaults(do=command)
    check = commands.add_parser("validate")
    check.add_argument("curves", type=Path)
    check.set_defaults(do=print_validation)
    arguments = parser.parse_args()
    arguments.do(arguments)


def print_validation(arguments: argparse.Namespace) -> None:
    recorded = read_recorded(arguments.curves)
    for kind, name in KINDS.items():
        found = {k: round(v, 4) for k, v in validate(recorded, kind).items()}
        print(json.dumps({"surrogate": name} | found))


if __name__ == "__main__":
    run_main(main)
