"""One experiment, from its name to the files it leaves."""

from __future__ import annotations

import os
import platform
import time
from pathlib import Path

import torch

from data.errors import InputError
from data.sources.load import load_collection
from hpo.reproduce.context import DEFAULT_NETWORK, Context, Size, size_for
from hpo.reproduce.registry import experiment
from hpo.reproduce.writers import write_results
from hpo.runtime.files import check_folder, read_results
from hpo.runtime.provenance import versions
from hpo.workers.machine import Machine
from model.device import device_name, resolve_device


def reproduce(
    name: str,
    machine: Machine,
    folder: Path,
    seeds: int = 3,
    size: Size | None = None,
    network: Path | None = None,
) -> str:
    """Runs an experiment; what of its trainings is done, is not done again.

    Args:
        name: one of `registry.EXPERIMENTS`.
        machine: workers, device and data root.
        folder: for results.json, results.md, pictures and trainings.
        seeds: trainings of each network.
        size: None is the paper's where there is a GPU, else the small one.
        network: folder of the trained network to measure; None is runs/quick.

    Returns:
        The content of results.md.

    Raises:
        InputError: the name is unknown, something the experiment needs is missing, or the folder
            holds the results of something else.
    """
    run = experiment(name)
    check_folder(folder)
    before = read_results(folder)
    if before is not None and before.get("experiment") != name:
        raise InputError(f"{folder}: holds results of something else than {name}; choose another")
    device = resolve_device(machine.device)
    context = Context(
        collection=load_collection("auto", machine.data_root),
        size=size or size_for(device),
        seeds=seeds,
        folder=folder,
        machine=machine,
        network=network or DEFAULT_NETWORK,
    )
    start = time.perf_counter()
    table = run(context)
    about = {
        "experiment": name,
        "dataset": context.collection.name,
        "fingerprint": context.collection.fingerprint,
        "size": f"{context.size}, {context.pixels}x{context.pixels}",
        "seeds": seeds,
        "seconds": round(time.perf_counter() - start, 1),
        "versions": versions(),
        "device": device_name(device),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {torch.get_num_threads()} used",
    }
    return write_results(table, about, folder)
