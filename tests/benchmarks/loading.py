"""Omniglot from its cache file to a tensor of all 32 460 pictures, and to a study's data.

Usage: python tests/benchmarks/loading.py [--data-root DIR]
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from statistics import median

import torch
from networks import tell

from data.source import load_collection
from data.splits import ALL_DRAWERS, SearchData


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data-root", type=Path)
    arguments = parser.parse_args()
    load_collection("omniglot", arguments.data_root)  # writes the cache file where there is none
    seconds, pictures = [], 0
    for _ in range(5):
        start = time.perf_counter()
        collection = load_collection("omniglot", arguments.data_root)
        alphabets = collection.background + collection.evaluation
        everything = collection.characters(alphabets, ALL_DRAWERS, 105)
        seconds.append(time.perf_counter() - start)
        pictures = everything.pictures.shape[0] * everything.pictures.shape[1]
        del everything
    start = time.perf_counter()
    SearchData.of(load_collection("omniglot", arguments.data_root), 35, torch.device("cpu"))
    study = time.perf_counter() - start
    tell(
        benchmark="Omniglot from its cache file",
        pictures=pictures,
        # The first also waits for 358 MB of memory that the process never touched before.
        first_cache_to_tensor_seconds=round(seconds[0], 3),
        median_cache_to_tensor_seconds=round(median(seconds), 3),
        cache_to_study_data_35x35_seconds=round(study, 3),
    )


if __name__ == "__main__":
    main()
