"""A study in lockstep by 1, 2 and 4 workers that are killed, and the time beside running freely.

Usage:
  python -m benchmarks.lockstep STUDY FOLDER [--trials N] [--lockstep W] [--kill-every S]

Searches the study with W workers' lockstep by one, two and W worker processes (each once in peace,
and once with a SIGKILL to one of them every S seconds), and freely by W processes. Nothing is
retrained or tested. Each search has a folder and a SQLite database of its own under FOLDER, which
must be empty, and is a line of JSON on stdout: seconds on the clock, of training, kills, and a
SHA-256 over every trial's number, parameters, state, value and reports, bit by bit. The exit status
is 1 if the searches in lockstep do not agree, which stderr says.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from optuna.trial import FrozenTrial, TrialState

from benchmarks.command import make_parser, run_main
from benchmarks.output import provenance
from data.sources.load import load_collection
from hpo.database.opening import open_storage
from hpo.run.search_task import search_here
from hpo.storage.studies import Stores, keep_fingerprint, open_study
from hpo.storage.workspace import Workspace
from hpo.study.definition import StudyConfig
from hpo.study.file import load_study
from hpo.trials.budget import UNFINISHED, seconds
from hpo.workers.machine import Machine


def digest(trials: Sequence[FrozenTrial]) -> str:
    """SHA-256 over what the trials are, whoever ran them: the same for the same trials alone."""
    lines = [
        repr((t.number, sorted(t.params.items()), t.state.name, t.values))
        + repr(sorted(t.intermediate_values.items()))
        for t in trials
        if t.state not in UNFINISHED
    ]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def worker(config: StudyConfig, folder: Path) -> None:
    """Searches as one worker of one thread, until the budget is spent."""
    workspace = Workspace.of(config.name, folder)
    collection = load_collection(config.dataset, None)
    study = open_study(
        config,
        open_storage(workspace.storage, create=True),
        lambda study: keep_fingerprint(study, collection),
    )
    stores = Stores(str(folder / "checkpoints"), str(folder / "artifacts"))
    own = Workspace.of(config.name, folder / f"worker-{os.getpid()}", workspace.storage)
    search_here(study, config, collection, Machine(device="cpu"), own, stores, alone=True)


def measured(
    name: str, config: StudyConfig, workers: int, folder: Path, kill_every: float | None
) -> str:
    """Searches with `workers` processes, prints a line of JSON; returns the trials' digest."""
    folder.mkdir(parents=True)
    for store in ("checkpoints", "artifacts"):
        (folder / store).mkdir()
    definition = folder / "definition.json"
    definition.write_text(config.model_dump_json())
    command = [sys.executable, "-m", "benchmarks.lockstep", "--work", str(definition), str(folder)]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    log = (folder / "log").open("w")

    def begin() -> subprocess.Popen[bytes]:
        return subprocess.Popen(command, env=environment, stdout=log, stderr=log)

    chance, kills, start = random.Random(0), 0, time.monotonic()
    there, last = [begin() for _ in range(workers)], start
    try:
        while any(process.poll() is None for process in there):
            time.sleep(0.05)
            if failed := [p for p in there if p.poll() not in (None, 0)]:
                raise SystemExit(
                    f"{name}: a worker ended with {failed[0].returncode}, see {log.name}"
                )
            if kill_every is not None and time.monotonic() - last >= kill_every:
                last, victim = time.monotonic(), chance.randrange(workers)
                if there[victim].poll() is None:
                    there[victim].send_signal(signal.SIGKILL)
                    there[victim].wait()
                    there[victim], kills = begin(), kills + 1
    finally:
        for process in there:
            process.terminate()
            process.wait()
    clock = time.monotonic() - start
    study = open_study(
        config, open_storage(Workspace.of(config.name, folder).storage, create=False)
    )
    trials = study.get_trials(deepcopy=False)
    found = {
        "benchmark": "lockstep",
        "search": name,
        "workers": workers,
        "kills": kills,
        "seconds": round(clock, 1),
        "training_seconds": round(seconds(trials), 1),
        "trials": sum(t.state not in UNFINISHED for t in trials),
        "complete": sum(t.state is TrialState.COMPLETE for t in trials),
        "best": study.best_trial.number,
        "value": study.best_value,
        "digest": digest(trials),
        "definition": config.unchangeable(),
    }
    print(json.dumps(found | provenance(threads=1)), flush=True)
    return digest(trials)


def main() -> int:
    """Measures all searches; returns the exit status."""
    parser = make_parser(__doc__)
    parser.add_argument("study", metavar="STUDY")
    parser.add_argument("folder", metavar="FOLDER", type=Path)
    parser.add_argument("--trials", type=int, default=None)
    parser.add_argument("--lockstep", type=int, default=4)
    parser.add_argument("--kill-every", type=float, default=15.0)
    parser.add_argument("--work", action="store_true", help="be one worker; for the program itself")
    given = parser.parse_args()
    if given.work:
        worker(StudyConfig.model_validate_json(Path(given.study).read_text()), given.folder)
        return 0
    config = load_study(given.study).model_copy(update={"retries": 1000})
    if given.trials is not None:
        config = config.model_copy(update={"trials": given.trials})
    width, folder = given.lockstep, given.folder
    stepping = config.model_copy(update={"lockstep": width})
    digests = set()
    for workers in sorted({1, 2, width}):
        for every in (None, given.kill_every):
            name = f"lockstep-{workers}{'' if every is None else '-killed'}"
            digests.add(measured(name, stepping, workers, folder / name, every))
    free = config.model_copy(update={"lockstep": None})
    for workers in sorted({2, width}):
        measured(f"free-{workers}", free, workers, folder / f"free-{workers}", None)
    if len(digests) > 1:
        print(f"{folder}: searches in lockstep differ", file=sys.stderr)
    return int(len(digests) > 1)


if __name__ == "__main__":
    run_main(main)
