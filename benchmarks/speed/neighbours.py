"""Training with two threads beside other programs that want the cores: pictures a second, in turn.

Each round trains the quick study's network four times in fresh processes: with threads that wait as
OpenMP has them wait, and as this project has them wait (`data.cores.settle_threads`), alone and
beside as many busy programs as there are cores.

Usage:
  python -m benchmarks.speed.neighbours [--data-root DIR] [--rounds N]
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path

import torch

from benchmarks.command import make_parser, run_main
from benchmarks.networks import QUICK
from benchmarks.output import tell
from benchmarks.speed.steps import Steps
from data.cores import SPINS, usable_cores
from data.sources.load import load_collection
from data.splits import SearchData
from model.device import has_bfloat16
from model.evaluation.standard_error import mean_and_error
from model.memory import keep_freed_memory

CPU = torch.device("cpu")
THREADS = 2
SECONDS = 5.0
"""Of training in each round."""
WAYS = {"as OpenMP has it": None, "as here": SPINS}
"""How waiting threads behave, by how often they look before they sleep."""
BUSY = "while True: pass"


def main() -> None:
    parser = make_parser(__doc__)
    parser.add_argument("--data-root", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--train", action="store_true", help="train once; for the program itself")
    asked = parser.parse_args()
    if asked.train:
        print(_pictures_per_second(asked.data_root))
        return
    cores = usable_cores()
    found: dict[tuple[int, str], list[float]] = {
        (programs, way): [] for programs, way in product((0, cores), WAYS)
    }
    for _ in range(asked.rounds):
        for (programs, way), rounds in found.items():
            with _busy(programs):
                rounds.append(_in_its_own_process(WAYS[way], asked.data_root))
            print(f"{programs} programs, {way}: {rounds[-1]:.0f}", file=sys.stderr, flush=True)
    default, ours = WAYS
    for programs in (0, cores):
        ratios = [b / a for a, b in zip(*(found[programs, way] for way in WAYS), strict=True)]
        value, error = mean_and_error(ratios)
        tell(
            benchmark="training beside busy programs",
            network="quick 35x35",
            precision="bfloat16" if has_bfloat16(CPU) else "float32",
            training_threads=THREADS,
            programs=programs,
            pictures_per_second={
                way: round(mean_and_error(found[programs, way])[0]) for way in (default, ours)
            },
            times={"value": round(value, 3), "standard_error": round(error, 3)},
            rounds=asked.rounds,
        )


@contextmanager
def _busy(programs: int) -> Iterator[None]:
    """So many programs that want a core each."""
    running = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(programs)]
    try:
        yield
    finally:
        for process in running:
            process.kill()
            process.wait()


def _in_its_own_process(spins: str | None, data_root: Path | None) -> float:
    """Pictures a second of a process whose threads wait so: OpenMP looks once, when it begins."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY")
    }
    if spins is not None:
        environment["GOMP_SPINCOUNT"] = spins
    root = [] if data_root is None else ["--data-root", str(data_root)]
    command = [sys.executable, "-m", "benchmarks.speed.neighbours", "--train", *root]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, text=True)
    return float(done.stdout)


def _pictures_per_second(data_root: Path | None) -> float:
    torch.set_num_threads(THREADS)
    keep_freed_memory()
    data = SearchData.of(load_collection("omniglot", data_root), QUICK.network.size, CPU)
    steps = Steps(QUICK, data, CPU)
    steps.whole()
    start, pictures = time.perf_counter(), 0
    while time.perf_counter() - start < SECONDS:
        steps.whole()
        pictures += len(steps.pictures)
    return pictures / (time.perf_counter() - start)


if __name__ == "__main__":
    run_main(main)
