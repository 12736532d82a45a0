"""What a training step spends its time on, and how much of this machine's ceiling it reaches.

1. The ceilings: a large matrix product, and a large convolution, forward and backward.
2. The bare step's operations a second, counted by torch, as a part of the first ceiling.
3. The step by part, in milliseconds, measured in turn within this run.

Usage:
  python -m benchmarks.speed.step [--data-root DIR] [--device DEVICE] [--steps N]
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TypeVar

import optuna
import torch
from torch import Tensor
from torch.nn.functional import conv2d
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.command import make_parser, run_main
from benchmarks.networks import PAPER, QUICK, SMALL
from benchmarks.output import tell
from benchmarks.speed.steps import Steps, seconds_of
from data.sources.load import load_collection
from data.splits import SearchData
from hpo.database.opening import open_storage
from hpo.storage.workspace import default_url
from model.config import RunConfig
from model.device import autocast, has_bfloat16, resolve_device
from model.evaluation.standard_error import mean_and_error
from model.memory import keep_freed_memory
from model.network.centring import centred
from model.training.checkpoint import write_checkpoint
from model.training.losses import training_loss
from model.training.trainer import Trainer

MATRIX = 2048
"""Rows and columns of the matrices whose product is the ceiling."""
CHANNELS, SIDE, PICTURES = 128, 32, 128
"""Of the large convolution: 3x3, as many channels out as in."""
FIRST = 3
"""Measurements that do not count, while memory is taken and kernels are chosen."""
Result = TypeVar("Result")


class Clock:
    """Times of parts, measured in turn so that a busy machine slows all alike."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._found: dict[str, list[float]] = {}

    def time(self, name: str, work: Callable[[], Result]) -> Result:
        """Does the work, and notes how long it took."""
        result: list[Result] = []
        seconds = seconds_of(lambda: result.append(work()), self._device)
        self._found.setdefault(name, []).append(seconds)
        return result[0]

    def median(self, name: str) -> float:
        """Median seconds of a part."""
        return median(self._found[name][FIRST:])

    def ratio(self, part: str, whole: str) -> dict[str, float]:
        """Time of a part over that of another, measured in turn: mean and its standard error."""
        both = zip(self._found[part][FIRST:], self._found[whole][FIRST:], strict=True)
        value, error = mean_and_error([a / b for a, b in both])
        return {"value": round(value, 4), "standard_error": round(error, 4)}

    def milliseconds(self) -> dict[str, float]:
        """Median of each part."""
        return {name: round(1000 * self.median(name), 2) for name in self._found}


def operations(work: Callable[[], object]) -> int:
    """Floating-point operations of products and convolutions, forward and backward."""
    with FlopCounterMode(display=False) as counter:
        work()
    return int(counter.get_total_flops())


def ceilings(device: torch.device, times: int) -> dict[str, float]:
    """GFLOP/s of a large matrix product and of a large convolution, in the step's precision."""
    precision = torch.bfloat16 if has_bfloat16(device) else torch.float32
    left, right = torch.randn(2, MATRIX, MATRIX, device=device, dtype=precision)
    shape = (PICTURES, CHANNELS, SIDE, SIDE)
    pictures = torch.randn(shape, device=device, dtype=precision)
    pictures = pictures.contiguous(memory_format=torch.channels_last).requires_grad_()
    filters = torch.randn(CHANNELS, CHANNELS, 3, 3, device=device, dtype=precision)
    filters = filters.contiguous(memory_format=torch.channels_last).requires_grad_()

    def convolve() -> None:
        out = conv2d(pictures, filters, padding=1)
        out.backward(torch.ones_like(out))  # type: ignore[no-untyped-call]

    clock = Clock(device)
    for _ in range(times + FIRST):
        clock.time("matrix product", lambda: left @ right)
        clock.time("convolution", convolve)
    counted = {"matrix product": 2 * MATRIX**3, "convolution": operations(convolve)}
    return {name: count / clock.median(name) / 1e9 for name, count in counted.items()}


def step_by_part(
    name: str, config: RunConfig, data: SearchData, device: torch.device, steps: int
) -> None:
    """Measures the parts of a training, the whole of its step, and the step on what is ready."""
    made, ceiling, clock = Steps(config, data, device), ceilings(device, 20), Clock(device)
    trainer, pictures, labels = made.trainer, made.pictures, made.labels
    network, optimiser = trainer.network, trainer._optimiser
    drawings = min(config.train.batch.drawers, len(data.train.drawers))
    for _ in range(steps + FIRST):
        batch = clock.time("choose the pictures", made.chosen)
        clock.time("distort them", partial(made.distorted, batch))
        if config.network.centred:
            clock.time("centre them", lambda: centred(pictures, config.network.resized))
        with autocast(device):
            embeddings = clock.time(
                "network forward, centring included", partial(network.embed, pictures)
            )
        ends = embeddings.detach().requires_grad_()
        loss = clock.time("loss forward", partial(_loss, trainer, ends, labels, drawings))
        clock.time("loss backward", loss.backward)
        gradient = ends.grad
        assert gradient is not None
        clock.time("network backward", partial(embeddings.backward, gradient))
        clock.time("optimiser", optimiser.step)
        optimiser.zero_grad(set_to_none=True)
        clock.time("bare step", made.bare)
        clock.time("step with its pictures", made.whole)
    for _ in range(2 + FIRST):
        clock.time("validation", trainer.validation)
    _keeping_an_epoch(trainer, clock, steps)
    count = operations(made.bare)
    reached = count / clock.median("bare step") / 1e9
    tell(
        benchmark="step by part",
        network=name,
        precision="bfloat16" if has_bfloat16(device) else "float32",
        milliseconds=clock.milliseconds(),
        pictures=len(pictures),
        gflop_a_picture=round(count / len(pictures) / 1e9, 4),
        bare_step_gflops=round(reached, 1),
        matrix_product_gflops=round(ceiling["matrix product"], 1),
        convolution_gflops=round(ceiling["convolution"], 1),
        part_of_matrix_product=round(reached / ceiling["matrix product"], 3),
        fraction_of_bare_step=clock.ratio("bare step", "step with its pictures"),
        steps=steps,
    )


def _keeping_an_epoch(trainer: Trainer, clock: Clock, times: int) -> None:
    """What an epoch's end costs beside its validation."""
    with TemporaryDirectory() as folder:
        storage = open_storage(default_url(Path(folder)), create=True)
        trial = optuna.create_study(storage=storage).ask()
        best = {name: v.clone() for name, v in trainer.network.state_dict().items()}
        file = Path(folder) / "checkpoint"
        state = trainer.network, trainer._optimiser, None
        keep = partial(write_checkpoint, file, {}, *state, best, None)
        for epoch in range(times + FIRST):
            clock.time("checkpoint of an epoch", keep)
            clock.time("report of an epoch, SQLite", partial(trial.report, 0.5, epoch))
        storage.remove_session()


def _loss(trainer: Trainer, embeddings: Tensor, labels: Tensor, drawings: int) -> Tensor:
    return training_loss(trainer.config.train, trainer.network, embeddings, labels, drawings)


def main() -> None:
    parser = make_parser(__doc__)
    parser.add_argument("--data-root", type=Path)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--steps", type=int, default=30)
    arguments = parser.parse_args()
    keep_freed_memory()  # as workers do
    device = resolve_device(arguments.device)
    collection = load_collection("omniglot", arguments.data_root)
    small = SearchData.of(collection, 35, device)
    step_by_part("quick 35x35", QUICK, small, device, arguments.steps)
    step_by_part("35x35", SMALL, small, device, arguments.steps)
    large = SearchData.of(collection, 105, device)
    step_by_part("paper 105x105", PAPER, large, device, max(3, arguments.steps // 8))


if __name__ == "__main__":
    run_main(main)
