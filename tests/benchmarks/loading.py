"""Omniglot from its cache file to a tensor of all 32 460 pictures, and to a study's data.

Usage: python tests/benchmarks/loading.py [--data-root DIR]
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import torch
from networks import tell

from data.source import load_collection
from data.splits import ALL_DRAWERS, SearchData


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data-root", type=Path)
    arguments = parser.parse_args()
    load_collection("omniglot", arguments.data_root)  # writes the cache file where there is none
    start = time.perf_counter()
    collection = load_collection("omniglot", arguments.data_root)
    read = time.perf_counter() - start
    everything = collection.characters(
        collection.background + collection.evaluation, ALL_DRAWERS, 105
    )
    unpacked = time.perf_counter() - start
    start = time.perf_counter()
    SearchData.of(collection, 35, torch.device("cpu"))
    study = time.perf_counter() - start
    tell(
        benchmark="Omniglot from its cache file",
        pictures=everything.pictures.shape[0] * everything.pictures.shape[1],
        cache_to_collection_seconds=round(read, 3),
        cache_to_tensor_seconds=round(unpacked, 3),
        study_data_35x35_seconds=round(study, 3),
    )


if __name__ == "__main__":
    main()
