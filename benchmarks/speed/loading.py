"""Speed of loading Omniglot from its cache file: all 32 460 pictures, and a study's data.

What a start waits for is a process's first load, so that is measured in fresh processes, imports
left out. Later loads find memory that the process, and on a virtual machine its host, gave before.

Usage:
  python -m benchmarks.speed.loading [--data-root DIR]
"""

from __future__ import annotations

import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import median

import torch

from benchmarks.command import make_parser, run_main
from benchmarks.output import tell
from data.sources.load import load_collection
from data.splits import SearchData

PROCESSES, WARM = 9, 5


def everything(data_root: Path | None) -> tuple[float, int]:
    """Seconds until all pictures are there, and how many they are."""
    start = time.perf_counter()
    collection = load_collection("omniglot", data_root)
    alphabets = collection.background + collection.evaluation
    pictures = collection.characters(alphabets, collection.drawers, 105).pictures
    return time.perf_counter() - start, pictures.shape[0] * pictures.shape[1]


def study_data(data_root: Path | None) -> float:
    """Seconds until a study at 35x35 has its pictures."""
    start = time.perf_counter()
    SearchData.of(load_collection("omniglot", data_root), 35, torch.device("cpu"))
    return time.perf_counter() - start


def main() -> None:
    parser = make_parser(__doc__)
    parser.add_argument("--data-root", type=Path)
    root: Path | None = parser.parse_args().data_root
    load_collection("omniglot", root)  # writes the cache file where there is none
    fresh = ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1)
    with fresh:
        first = [fresh.submit(everything, root).result()[0] for _ in range(PROCESSES)]
        study = [fresh.submit(study_data, root).result() for _ in range(PROCESSES)]
    loads = [everything(root) for _ in range(1 + WARM)]
    tell(
        benchmark="Omniglot from its cache file",
        pictures=loads[0][1],
        fresh_processes=PROCESSES,
        median_first_load_seconds=round(median(first), 3),
        slowest_first_load_seconds=round(max(first), 3),
        median_warm_load_seconds=round(median(seconds for seconds, _ in loads[1:]), 3),
        median_first_study_data_35x35_seconds=round(median(study), 3),
    )


if __name__ == "__main__":
    run_main(main)
