"""A training step whose network `torch.compile` has compiled, against the step as it is, in turn.

One thread, as a worker has. What the compiler takes is the first step's; a study pays it for every
trial whose network has other sizes, and in each worker.

Usage:
  python -m benchmarks.speed.compiled [--data-root DIR] [--steps N]
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch

from benchmarks.command import make_parser, run_main
from benchmarks.networks import QUICK, SMALL
from benchmarks.output import tell
from benchmarks.speed.steps import Steps, seconds_of
from data.sources.load import load_collection
from data.splits import SearchData
from model.config import RunConfig
from model.device import has_bfloat16
from model.evaluation.standard_error import mean_and_error
from model.memory import keep_freed_memory

CPU = torch.device("cpu")
NETWORKS = {"quick 35x35": QUICK, "35x35": SMALL}


def main() -> None:
    parser = make_parser(__doc__)
    parser.add_argument("--data-root", type=Path)
    parser.add_argument("--steps", type=int, default=40)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    keep_freed_memory()
    collection = load_collection("omniglot", asked.data_root)
    for name, config in NETWORKS.items():
        data = SearchData.of(collection, config.network.size, CPU)
        first, usual, compiled = measured(config, data, asked.steps)
        ratio, error = mean_and_error([a / b for a, b in zip(usual, compiled, strict=True)])
        saved = mean_and_error(usual)[0] - mean_and_error(compiled)[0]
        tell(
            benchmark="compiled step",
            network=name,
            precision="bfloat16" if has_bfloat16(CPU) else "float32",
            seconds_to_compile=round(first, 1),
            milliseconds={
                "as it is": round(1000 * mean_and_error(usual)[0], 1),
                "compiled": round(1000 * mean_and_error(compiled)[0], 1),
            },
            times={"value": round(ratio, 3), "standard_error": round(error, 3)},
            steps_until_it_pays=round(first / saved) if saved > 0 else None,
            steps=asked.steps,
        )


def measured(
    config: RunConfig, data: SearchData, steps: int
) -> tuple[float, list[float], list[float]]:
    """Seconds of the first compiled step, of each step as it is, and of each compiled one."""
    usual, compiled = Steps(config, data, CPU), Steps(config, data, CPU)
    network = compiled.trainer.network
    network._embed = torch.compile(network._embed)  # type: ignore[method-assign]
    first = seconds_of(compiled.bare, CPU)
    print(f"compiled in {first:.1f} s", file=sys.stderr, flush=True)
    took: tuple[list[float], list[float]] = [], []
    for step in range(steps + 3):
        for seconds, kind in zip(took, (usual, compiled), strict=True):
            spent = seconds_of(kind.bare, CPU)
            if step >= 3:  # what is made once is not a step's
                seconds.append(spent)
    return first, *took


if __name__ == "__main__":
    run_main(main)
