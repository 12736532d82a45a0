"""One experiment, from its name to the files it leaves."""

from __future__ import annotations

import time
from pathlib import Path

from data.errors import InputError
from data.sources.load import load_collection
from hpo.reproduce.context import DEFAULT_NETWORK, Context, Size, size_for
from hpo.reproduce.registry import check_part, experiment
from hpo.reproduce.writers import About, write_results
from hpo.runtime.files import check_folder, read_json
from hpo.runtime.provenance import commit, computer, versions
from hpo.runtime.shared_folder import claimed
from hpo.storage.workspace import TrainedFolder
from hpo.workers.machine import Machine
from model.device import device_name, resolve_device


def reproduce(
    name: str,
    machine: Machine,
    folder: Path,
    seeds: int = 3,
    size: Size | None = None,
    network: Path | None = None,
    part: str | None = None,
) -> str:
    """Runs an experiment; what of its trainings is done, is not done again.

    Args:
        name: one of `registry.EXPERIMENTS`.
        machine: workers, device and data root.
        folder: folder for results, pictures and trainings.
        seeds: trainings of each network.
        size: None is the paper's where there is a GPU, else the small one.
        network: folder of the trained network to measure; None is runs/quick.
        part: the part to do, see `registry.PARTS`; None does the whole experiment.

    Returns:
        The content of results.md.

    Raises:
        InputError: the name is unknown, something the experiment needs is missing, or the folder
            holds the results of something else, or another process works in it.
    """
    run = experiment(name)
    check_part(name, part)
    check_folder(folder)
    if network is not None and not network.is_dir():  # also where none is needed
        raise InputError(f"--network {network}: no such folder")
    before = read_json(TrainedFolder(folder).results)
    if before is not None and before.get("experiment") != name:
        raise InputError(f"{folder}: holds results of something else than {name}; choose another")
    device = resolve_device(machine.device)
    with claimed(folder):
        context = Context(
            collection=load_collection("auto", machine.data_root),
            size=size or size_for(device),
            seeds=seeds,
            folder=folder,
            machine=machine,
            network=TrainedFolder(network) if network else DEFAULT_NETWORK,
            part=part,
        )
        start = time.perf_counter()
        table = run(context)
        about = About(
            experiment=name,
            dataset=context.collection.name,
            fingerprint=context.collection.fingerprint,
            size=f"{context.size}, {context.pixels}x{context.pixels}",
            seeds=seeds,
            seconds=round(time.perf_counter() - start, 1),
            versions=versions(),
            commit=commit(),
            computer=computer(),
            device=device_name(device),
        )
        return write_results(table, about, folder)
