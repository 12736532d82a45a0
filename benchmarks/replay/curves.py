"""Learning curves of random configurations of a study's space, for the replay of searches.

Usage:
  python -m benchmarks.replay.curves record STUDY FILE.jsonl [--configurations N]
      [--processes N] [--repeat-every N] [--seeds N] [--data-root DIR]
  python -m benchmarks.replay.curves pack FILE.jsonl studies/results/NAME-curves.json.gz
  python -m benchmarks.replay.curves unpack studies/results/NAME-curves.json.gz FILE.jsonl

`record` trains each configuration to its last epoch, as a trial of the study does, in processes of
one thread, and appends a line per training to FILE.jsonl. The same command goes on after a kill, or
with more configurations. Every N-th configuration is trained with several seeds. Times are those of
the processor, so that other work on the machine counts little. A loss that is not finite is null.
Networks that cannot exist are skipped and counted. `unpack` turns packed curves into a file that
`record` goes on with, on another machine too: each line names its own. The study lies beside it, as
FILE.toml.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import time
import traceback
from collections.abc import Iterator
from functools import cache, partial
from math import isfinite
from pathlib import Path
from typing import Any

import optuna
import torch

from benchmarks.command import make_parser, run_main
from benchmarks.output import provenance, study_toml
from benchmarks.trainings import CountingTrainer, append, read, resume, write
from data.names import Dataset
from data.sources.load import load_collection
from data.splits import SearchData
from hpo.runtime.provenance import commit, computer
from hpo.study.definition import SamplerConfig, StudyConfig
from hpo.study.file import load_study, read_study
from hpo.study.samplers import TRAINING, make_sampler, trial_seed
from hpo.study.space import config_of, sample


def draw(study: StudyConfig) -> Iterator[dict[str, Any]]:
    """Random configurations of the study's space, without end: number, params, shortfall."""
    random = study.model_copy(update={"sampler": SamplerConfig(name="random")})
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    drawn = optuna.create_study(direction="maximize")
    while True:
        number = len(drawn.get_trials(deepcopy=False))
        drawn.sampler = make_sampler(random, number)
        trial = drawn.ask()
        short = sample(trial, study, seed=0).network.shortfall()
        yield {"number": number, "params": trial.params, "shortfall": short}


@cache
def search_data(dataset: Dataset, data_root: Path | None, size: int) -> SearchData:
    """The study's pictures, read once in each process."""
    return SearchData.of(load_collection(dataset, data_root), size, torch.device("cpu"))


def train(study: StudyConfig, data_root: Path | None, task: tuple[dict[str, Any], int]) -> str:
    """One training, as a line of JSON.

    Args:
        task: a configuration, as `draw` gives it, and which of its trainings this is, from 0.
    """
    drawn, repeat = task
    torch.set_num_threads(1)
    data = search_data(study.dataset, data_root, study.size)
    seed = trial_seed(study.seed, drawn["number"], TRAINING + repeat)
    line = drawn | {"repeat": repeat, "seed": seed, "commit": commit()}
    line["computer"] = computer().model_dump()
    curve: dict[str, list[float | None]] = {
        key: [] for key in ("accuracy", "standard_error", "loss", "cpu_seconds", "pictures")
    }
    try:
        begun = time.process_time()
        trainer = CountingTrainer(
            config_of(study, drawn["params"], seed), data, torch.device("cpu")
        )
        for report in trainer.run():
            now, shown = time.process_time(), trainer.pictures
            curve["accuracy"].append(round(report.accuracy, 6))
            curve["standard_error"].append(round(report.standard_error, 6))
            curve["loss"].append(round(report.loss, 6) if isfinite(report.loss) else None)
            curve["cpu_seconds"].append(round(now - begun, 3))
            curve["pictures"].append(shown)
            begun, trainer.pictures = now, 0
    except Exception:  # one configuration's mishap must not end a recording of hours
        return json.dumps(line | {"error": traceback.format_exc()})
    weights = sum(p.numel() for p in trainer.network.parameters())
    return json.dumps(line | {"parameters": weights} | curve)


def record(arguments: argparse.Namespace) -> None:
    """Trains what FILE.jsonl does not yet hold."""
    study, path = load_study(arguments.study), arguments.file
    collection = load_collection(study.dataset, arguments.data_root)
    study = study.model_copy(update={"dataset": collection.name})
    head = {
        "definition": study.unchangeable(),
        "changeable": study.changeable(),
        "fingerprint": collection.fingerprint,
    }
    if path.exists() and study.is_defined_by(recorded := read(path)[0]["definition"]):
        head["definition"] = recorded  # of an older version it may lack keys
    head |= provenance(threads=1)
    lines = resume(path, head, ("definition", "fingerprint", "versions"))
    # The command that goes on with more configurations or seeds makes what the first one made too.
    write(path, [read(path)[0] | {"command": head["command"]}, *lines])
    done = {(line["number"], line.get("repeat", 0)) for line in lines}
    tasks: list[tuple[dict[str, Any], int]] = []
    with path.open("a", encoding="utf-8") as file:
        feasible = 0
        for drawn in draw(study):
            number = drawn["number"]
            if drawn["shortfall"]:
                if (number, 0) not in done:
                    print(json.dumps(drawn), file=file, flush=True)
                continue
            repeats = 1 if feasible % arguments.repeat_every else arguments.seeds
            tasks += [(drawn, r) for r in range(repeats) if (number, r) not in done]
            feasible += 1
            if feasible == arguments.configurations:
                break
    print(f"{len(tasks)} trainings to do, {len(done)} lines there", file=sys.stderr)
    work = partial(train, study, arguments.data_root)
    append(path, work, tasks, arguments.processes)


def pack(arguments: argparse.Namespace) -> None:
    """Writes a recording as one compressed document."""
    head, lines = read(arguments.file)
    read_study(head["definition"] | head["changeable"], str(arguments.file))
    lines.sort(key=lambda line: (line["number"], line.get("repeat", 0)))
    curves = [line for line in lines if "accuracy" in line]
    document = head | {
        "infeasible": [line["number"] for line in lines if line["shortfall"]],
        "failed": [line for line in lines if "error" in line],
        "cpu_hours": round(sum(sum(c["cpu_seconds"]) for c in curves) / 3600, 2),
        "curves": [{k: v for k, v in curve.items() if k != "shortfall"} for curve in curves],
    }
    packed = gzip.compress(json.dumps(document).encode(), 9, mtime=0)
    arguments.to.write_bytes(packed)
    print(
        f"{arguments.to}: {len({c['number'] for c in curves})} configurations, {len(curves)}"
        f" trainings, {len(document['infeasible'])} networks that cannot exist,"
        f" {len(document['failed'])} failures, {document['cpu_hours']} hours, {len(packed)} bytes"
    )


def unpack(arguments: argparse.Namespace) -> None:
    """Writes a packed recording as lines again, and its study as a file."""
    document = json.loads(gzip.decompress(arguments.curves.read_bytes()))
    curves, infeasible = document.pop("curves"), document.pop("infeasible")
    failed = document.pop("failed")
    del document["cpu_hours"]
    lines = [{"number": number, "shortfall": 1} for number in infeasible]
    lines += [{"shortfall": 0} | curve for curve in curves] + failed
    study = arguments.to.with_suffix(".toml")
    for new in (arguments.to, study):
        new.touch(exist_ok=False)
    study.write_text(study_toml(document["definition"] | document["changeable"]))
    write(arguments.to, [document, *lines])


def main() -> None:
    parser = make_parser(__doc__)
    commands = parser.add_subparsers(required=True)
    recording = commands.add_parser("record")
    recording.add_argument("study")
    recording.add_argument("file", type=Path)
    recording.add_argument("--configurations", type=int, default=240)
    recording.add_argument("--processes", type=int, default=1)
    recording.add_argument("--repeat-every", type=int, default=8)
    recording.add_argument("--seeds", type=int, default=3)
    recording.add_argument("--data-root", type=Path)
    recording.set_defaults(do=record)
    packing = commands.add_parser("pack")
    packing.add_argument("file", type=Path)
    packing.add_argument("to", type=Path)
    packing.set_defaults(do=pack)
    unpacking = commands.add_parser("unpack")
    unpacking.add_argument("curves", type=Path)
    unpacking.add_argument("to", type=Path)
    unpacking.set_defaults(do=unpack)
    arguments = parser.parse_args()
    arguments.do(arguments)


if __name__ == "__main__":
    run_main(main)
