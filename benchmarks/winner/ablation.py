"""What carries a configuration's accuracy: variants of it that differ in one thing.

Usage:
  python -m benchmarks.winner.ablation train CONFIG FILE.jsonl [--epochs N] [--seeds N]
      [--processes N] [--data-root DIR] [--extra NAME]
      [--teacher FOLDER] [--variants NAME ...]
  python -m benchmarks.winner.ablation table FILE.jsonl studies/results/ablation/NAME.json

`train` trains an exported configuration and each variant of it to the last epoch, with the same
seeds, in processes of one thread, and appends a line per training to FILE.jsonl. The same command
goes on after a kill, or with more seeds. The seeds are fresh: the configuration's own was chosen
together with it. Each network is measured once, after its last epoch, on the validation alphabets
over every pair of all twenty drawers; the test alphabets are never looked at. Times are those of
the processor. `table` writes means, and what each variant gains or loses with the same seed.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import traceback
from collections import defaultdict
from dataclasses import replace
from functools import cache, partial
from math import isfinite
from pathlib import Path
from statistics import fmean
from typing import Any

import torch

from benchmarks.command import make_parser, run_main
from benchmarks.output import provenance
from benchmarks.trainings import CountingTrainer, append, read, resume
from benchmarks.winner.variants import ITSELF, variants
from data.collection import Collection
from data.names import Dataset
from data.sources.load import for_training, load_collection
from data.splits import SearchData, paper_splits
from hpo.reproduce.paper_search.compared import changed
from hpo.runtime.files import write_json
from hpo.runtime.provenance import commit, computer
from model.config import RunConfig
from model.config_file import read_config_and_dataset
from model.evaluation.embeddings import scores_within
from model.evaluation.scores import one_shot_accuracy
from model.evaluation.standard_error import mean_and_error
from model.network.siamese import SiameseNetwork
from model.pictures_config import PicturesConfig
from model.stored_config import is_stored_as
from model.training.validation import Validation

WAY = 20
COPIES = (1, 3)


class Unvalidated(CountingTrainer):
    """Trains to the last epoch; looks at no validation picture on the way."""

    def validation(self) -> Validation:
        return Validation(0.0, 0.0)


@cache
def pictures(
    dataset: Dataset, data_root: Path | None, size: int, given: PicturesConfig
) -> SearchData:
    """The training pictures that are asked for; the validation alphabets by all drawers."""
    collection = load_collection(dataset, data_root)
    validation = paper_splits(collection).validation.alphabets
    taken = for_training(collection, given.extra, given.drawers == "all")
    return replace(
        SearchData.of(taken, size, torch.device("cpu")),
        validation=collection.characters(validation, collection.drawers, size),
    )


def extra_alphabets(collection: Collection, name: Dataset) -> dict[str, str]:
    """Name and fingerprint of extra alphabets to train on."""
    extra = for_training(collection, name, all_drawers=False).extra
    assert extra is not None
    return {"name": extra.name, "fingerprint": extra.fingerprint}


def train(dataset: Dataset, data_root: Path | None, task: tuple[str, RunConfig]) -> str:
    """One training, as a line of JSON.

    Args:
        task: a variant's name, and the variant with the training's seed.
    """
    name, config = task
    torch.set_num_threads(1)
    line: dict[str, Any] = {
        "variant": name,
        "seed": config.train.seed,
        "commit": commit(),
        "computer": computer().model_dump(),
    }
    if config.train.pictures.extra is not None:
        collection = load_collection(dataset, data_root)
        line["extra"] = extra_alphabets(collection, config.train.pictures.extra)
    try:
        data = pictures(dataset, data_root, config.network.size, config.train.pictures)
        trainer = Unvalidated(config, data, torch.device("cpu"))
        begun = time.process_time()
        reports = list(trainer.run())
        seconds = time.process_time() - begun
        measured = {name: measure(trainer._trained, config.network.copies, data)}
        if name == ITSELF and config.network.centred:  # a training is the same for all of these
            for copies in (n for n in COPIES if n != config.network.copies):
                other = "1 copy" if copies == 1 else f"{copies} copies"
                measured[other] = measure(trainer._trained, copies, data)
    except Exception:  # one variant's mishap must not end a measurement of hours
        return json.dumps(line | {"error": traceback.format_exc()})
    return json.dumps(
        line
        | {
            "measured": measured,
            "diverged": not isfinite(reports[-1].loss),
            "parameters": sum(p.numel() for p in trainer.network.parameters()),
            "pictures": trainer.pictures,
            "cpu_seconds": round(seconds, 3),
        }
    )


def measure(trained: SiameseNetwork, copies: int, data: SearchData) -> dict[str, float]:
    """Accuracy with `copies` copies of each drawing, and the seconds that took."""
    begun = time.process_time()
    network = SiameseNetwork(trained.config.model_copy(update={"copies": copies}))
    network.load_state_dict(trained.state_dict())
    accuracy = one_shot_accuracy(scores_within(network, data.validation), WAY).value
    return {"accuracy": accuracy, "cpu_seconds": round(time.process_time() - begun, 3)}


def run(arguments: argparse.Namespace) -> None:
    """Trains what FILE.jsonl does not yet hold."""
    config, dataset = read_config_and_dataset(arguments.config)
    epochs = arguments.epochs or config.train.epochs
    # So much patience that none stops early; and the seed is that of each training.
    base = changed(config, {"train.epochs": epochs, "train.patience": epochs, "train.seed": 0})
    collection = load_collection(dataset, arguments.data_root)
    head = {
        "config": base.model_dump(mode="json"),
        "dataset": collection.name,
        "fingerprint": collection.fingerprint,
    }
    head |= provenance(threads=1)
    if arguments.teacher is not None and base.train.loss != "one-shot":
        sys.exit(f"--teacher: the loss one-shot alone asks a teacher, not {base.train.loss}")
    all_variants = variants(base, arguments.extra, arguments.teacher)
    names = [ITSELF, *(arguments.variants or all_variants)]
    if unknown := [name for name in names if name not in all_variants]:
        hint = " (--extra and --teacher give one more each)"
        sys.exit(f"no variant {unknown[0]!r}; there are {', '.join(all_variants)}{hint}")
    chosen = {name: all_variants[name] for name in names}
    if arguments.file.exists():
        recorded = read(arguments.file)[0]["config"]
        if is_stored_as(base, recorded):
            head["config"] = recorded  # of an older version it may lack keys
    lines = resume(arguments.file, head, ("config", "fingerprint", "versions"))
    for name, other in chosen.items():
        if other.train.pictures.extra is None:
            continue
        own = extra_alphabets(collection, other.train.pictures.extra)
        # Lines that are older tell nothing of them.
        if any(line["variant"] == name and line.get("extra", own) != own for line in lines):
            sys.exit(f"{arguments.file}: {name}: was trained on others than {own['name']} is now")
    done = {(line["variant"], line["seed"]) for line in lines if "error" not in line}
    tasks = [
        (name, changed(other, {"train.seed": seed}))
        for seed in range(1, arguments.seeds + 1)
        for name, other in chosen.items()
        if (name, seed) not in done
    ]
    print(f"{len(tasks)} trainings to do, {len(done)} done", file=sys.stderr)
    work = partial(train, collection.name, arguments.data_root)
    append(arguments.file, work, tasks, arguments.processes)


def table(arguments: argparse.Namespace) -> None:
    """Writes means and differences, and prints them as a table in Markdown."""
    head, lines = read(arguments.file)
    found: dict[str, dict[int, dict[str, Any]]] = defaultdict(dict)
    for line in lines:
        for name, measured in line.get("measured", {}).items():
            found[name][line["seed"]] = line | {
                "accuracy": measured["accuracy"],
                "measuring_seconds": measured["cpu_seconds"],
            }
    rows = [
        row(name, of_seed, found[ITSELF])
        for name, of_seed in found.items()
        if of_seed.keys() & found[ITSELF].keys()
    ]
    if not rows:
        sys.exit(f"{arguments.file}: no training of the configuration itself is done")
    rows.sort(key=lambda row: (row["variant"] != ITSELF, row["difference"]))
    document = head | {
        "measured": "20-way accuracy on the validation alphabets, every pair of all twenty drawers",
        "variants": rows,
    }
    arguments.to.parent.mkdir(parents=True, exist_ok=True)
    write_json(arguments.to, document)
    print("| variant | accuracy, % | difference | training time | seeds |")
    print("| --- | --- | --- | --- | --- |")
    for line in rows:
        accuracy = percent(line["accuracy"], line["standard_error"])
        difference = percent(line["difference"], line["difference_standard_error"], "+")
        relative, seeds = line["relative_seconds"], len(line["seeds"])
        print(f"| {line['variant']} | {accuracy} | {difference} | {relative:.2f} | {seeds} |")


def row(
    name: str, variant: dict[int, dict[str, Any]], base: dict[int, dict[str, Any]]
) -> dict[str, Any]:
    """A variant's means over the seeds that the configuration itself was trained with too."""
    seeds = sorted(variant.keys() & base.keys())
    lines = [variant[seed] for seed in seeds]
    accuracy, error = mean_and_error([line["accuracy"] for line in lines])
    difference, difference_error = mean_and_error(
        [variant[seed]["accuracy"] - base[seed]["accuracy"] for seed in seeds]
    )
    several = len(seeds) > 1
    extra = {key: lines[0][key] for key in ("extra",) if key in lines[0]}
    return extra | {
        "variant": name,
        "seeds": seeds,
        "diverged": sum(line["diverged"] for line in lines),
        "accuracy": accuracy,
        "standard_error": error if several else None,
        "difference": difference,
        "difference_standard_error": difference_error if several else None,
        "cpu_seconds": fmean(line["cpu_seconds"] for line in lines),
        "relative_seconds": fmean(
            variant[seed]["cpu_seconds"] / base[seed]["cpu_seconds"] for seed in seeds
        ),
        "measuring_seconds": fmean(line["measuring_seconds"] for line in lines),
        "pictures_per_second": fmean(line["pictures"] / line["cpu_seconds"] for line in lines),
        "parameters": lines[0]["parameters"],
    }


def percent(value: float, error: float | None, sign: str = "") -> str:
    """A share in percent, with its standard error if there is one."""
    return f"{100 * value:{sign}.1f}" + ("" if error is None else f" ± {100 * error:.1f}")


def main() -> None:
    parser = make_parser(__doc__)
    commands = parser.add_subparsers(required=True)
    training = commands.add_parser("train")
    training.add_argument("config", type=Path)
    training.add_argument("file", type=Path)
    training.add_argument("--epochs", type=int, help="the configuration's own, if not given")
    training.add_argument("--seeds", type=int, default=3)
    training.add_argument("--processes", type=int, default=1)
    training.add_argument("--data-root", type=Path)
    training.add_argument("--extra", metavar="NAME", help="folder:PATH, for that variant")
    training.add_argument("--teacher", metavar="FOLDER", help="of a network, for that variant")
    training.add_argument("--variants", nargs="+", metavar="NAME", help="all, if not given")
    training.set_defaults(do=run)
    tabling = commands.add_parser("table")
    tabling.add_argument("file", type=Path)
    tabling.add_argument("to", type=Path)
    tabling.set_defaults(do=table)
    arguments = parser.parse_args()
    arguments.do(arguments)


if __name__ == "__main__":
    run_main(main)
