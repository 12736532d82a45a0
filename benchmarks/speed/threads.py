"""Two workers with a thread each against one with two threads: pictures a second, in turn.

Each trains the quick study's network by steps, as a worker does. Processes that run at the same
time begin together.

Usage:
  python -m benchmarks.speed.threads [--data-root DIR] [--rounds N]
"""

from __future__ import annotations

import multiprocessing
import sys
import time
from multiprocessing.synchronize import Barrier
from pathlib import Path

import torch

from benchmarks.command import make_parser, run_main
from benchmarks.networks import QUICK
from benchmarks.output import tell
from benchmarks.speed.steps import Steps
from data.sources.load import load_collection
from data.splits import SearchData
from model.device import has_bfloat16
from model.evaluation.standard_error import mean_and_error
from model.memory import keep_freed_memory

CPU = torch.device("cpu")
SECONDS = 5.0
"""Seconds of training in each round."""
THREADS = 2


def main() -> None:
    parser = make_parser(__doc__)
    parser.add_argument("--data-root", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    found: dict[str, list[float]] = {
        "one worker, two threads": [],
        "two workers, a thread each": [],
    }
    for _ in range(asked.rounds):
        for (name, rounds), workers in zip(found.items(), (1, THREADS), strict=True):
            rounds.append(pictures_per_second(workers, asked.data_root))
            print(name, round(rounds[-1]), file=sys.stderr, flush=True)
    one, two = found.values()
    value, error = mean_and_error([b / a for a, b in zip(one, two, strict=True)])
    tell(
        benchmark="two workers against two threads",
        network="quick 35x35",
        precision="bfloat16" if has_bfloat16(CPU) else "float32",
        pictures_per_second={name: round(mean_and_error(r)[0]) for name, r in found.items()},
        times={"value": round(value, 3), "standard_error": round(error, 3)},
        rounds=asked.rounds,
    )


def pictures_per_second(workers: int, data_root: Path | None) -> float:
    """Pictures a second of this number of processes at once, which share `THREADS` threads."""
    context = multiprocessing.get_context("spawn")
    together, results = context.Barrier(workers), context.SimpleQueue()
    processes = [
        context.Process(target=_train, args=(THREADS // workers, data_root, together, results))
        for _ in range(workers)
    ]
    for process in processes:
        process.start()
    total = sum(results.get() for _ in processes)
    for process in processes:
        process.join()
    return float(total)


def _train(
    threads: int,
    data_root: Path | None,
    together: Barrier,
    results: multiprocessing.SimpleQueue[float],
) -> None:
    torch.set_num_threads(threads)
    keep_freed_memory()
    data = SearchData.of(load_collection("omniglot", data_root), QUICK.network.size, CPU)
    steps = Steps(QUICK, data, CPU)
    for _ in range(5):
        steps.whole()
    together.wait()
    start, pictures = time.perf_counter(), 0
    while time.perf_counter() - start < SECONDS:
        steps.whole()
        pictures += len(steps.pictures)
    results.put(pictures / (time.perf_counter() - start))


if __name__ == "__main__":
    run_main(main)
