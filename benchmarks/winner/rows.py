"""What a configuration is worth: several seeds, each network by itself and all of them together.

Trains CONFIG with N seeds, its own and those that follow, in FOLDER/SEED. A training that was
interrupted goes on, and one that is done is not done again. Everything is measured on the
validation alphabets. With --test the test alphabets are opened, once: for each network, and for all
of them combined, none of which is chosen.

Usage:
  python -m benchmarks.winner.rows CONFIG FOLDER OUTPUT.json [--test] [--seeds N] [--workers N]
      [--data-root DIR]

Writes OUTPUT.json, and all networks combined to FOLDER/together.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.command import make_parser, run_main
from benchmarks.output import provenance
from benchmarks.winner.shipped import CPU
from data.collection import Collection
from data.sources.load import load_collection
from hpo.finish.combine import Single, combine, singles_in
from hpo.finish.held_out import one_shot_test
from hpo.finish.retrain import config_in, following_seeds, over_seeds, single_seed_in, with_seed
from hpo.finish.retrain_task import RetrainTask, retrain_all
from hpo.runtime.files import read_json, write_json
from hpo.storage.workspace import TrainedFolder, Workspace
from hpo.study.accuracies import OneShotTestOverSeeds
from hpo.study.results import document_of
from hpo.workers.machine import Machine
from model.config import RunConfig
from model.network.weights import load_trained

LOGS = "rows"


def train(
    config: RunConfig, collection: Collection, folders: dict[int, TrainedFolder], machine: Machine
) -> None:
    """Trains the configuration with each seed, unless that is done."""
    tasks = [
        RetrainTask(
            config=with_seed(config, seed),
            title="",
            folder=folder,
            dataset=collection.name,
            device=machine.device,
            data_root=machine.data_root,
        )
        for seed, folder in folders.items()
    ]
    above = next(iter(folders.values())).folder.parent
    retrain_all(tasks, machine, collection, Workspace.of(LOGS, above).logs, "trainings")


def described(
    config: RunConfig, collection: Collection, folders: dict[int, TrainedFolder]
) -> dict[str, Any]:
    """What was trained, on what, how long, and what it is worth on validation."""
    done = [single_seed_in(folder) for folder in folders.values()]
    found = [read_json(folder.results) or {} for folder in folders.values()]
    return {
        "dataset": collection.name,
        "fingerprint": collection.fingerprint,
        "besides": config.train.pictures.besides,
        "extra_fingerprint": found[0].get("extra_fingerprint"),
        "config": config.model_dump(mode="json"),
        "seeds": list(folders),
        "trained": [
            {key: one[key] for key in ("commit", "versions", "computer", "device")} for one in found
        ],
        "seconds": [one.seconds for one in done],
        "validation": document_of(over_seeds(config, done)),
        "validation_of_each": [one.accuracy for one in done],
    }


def tested(folder: TrainedFolder, singles: list[Single], collection: Collection) -> dict[str, Any]:
    """Tests each network and all of them together on the test alphabets.

    Args:
        folder: of all of them together.
        singles: each of them.
        collection: the data set.
    """
    each = [one_shot_test(one.network, collection, CPU) for one in singles]
    network, _ = load_trained(folder.weights)
    return {
        "test_over_seeds": document_of(OneShotTestOverSeeds.of(each)),
        "test_of_each": [document_of(one) for one in each],
        "test_together": document_of(one_shot_test(network, collection, CPU)),
    }


def main() -> None:
    parser = make_parser(__doc__)
    parser.add_argument("config", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("output", type=Path, metavar="OUTPUT.json")
    parser.add_argument("--test", action="store_true", help="open the test alphabets")
    parser.add_argument("--seeds", type=int, default=3, help="2 or more")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--data-root", type=Path)
    arguments = parser.parse_args()
    if arguments.seeds < 2:
        parser.error(f"--seeds {arguments.seeds}: must be 2 or more, for an error over them")
    config, dataset = config_in(arguments.config, "auto")
    collection = load_collection(dataset, arguments.data_root)
    seeds = following_seeds(config, arguments.seeds)
    folders = {seed: TrainedFolder(arguments.folder / str(seed)) for seed in seeds}
    machine = Machine(arguments.workers, "cpu", arguments.data_root)
    train(config, collection, folders, machine)
    singles, _ = singles_in(list(folders.values()))
    all_of_them = TrainedFolder(arguments.folder / "together")
    combined = combine(singles, collection, CPU, all_of_them)
    document = provenance(threads=1) | described(config, collection, folders)
    document |= {
        "validation_together": document_of(combined.ensemble),
        "gain_on_validation": document_of(combined.gain),
    }
    if arguments.test:
        document |= tested(all_of_them, singles, collection)
    write_json(arguments.output, document)


if __name__ == "__main__":
    run_main(main)
