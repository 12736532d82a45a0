"""How soon a network is as good as the paper's: accuracy on the test alphabets against seconds.

Trains the winner's configuration of a finished `quick`, as its retraining did, with several seeds
one after the other. The network is kept after each epoch, and all are measured when the training is
over: the test alphabets choose nothing. Seconds are of training and validation.

Usage:
  python -m benchmarks.speed.time_to_accuracy OUTPUT [--config FILE] [--seeds N] [--epochs N]
      [--data-root DIR] [--device DEVICE]

Writes OUTPUT.json and OUTPUT.png.
"""

from __future__ import annotations

import time
from copy import deepcopy
from pathlib import Path
from typing import Any

import torch
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from benchmarks.command import make_parser, run_main
from benchmarks.output import provenance, save
from data.collection import Collection
from data.sources.load import load_collection
from data.splits import SearchData
from hpo.finish.held_out import one_shot_test
from hpo.finish.retrain import with_seed
from hpo.runtime.palette import BLUE, GREY, INK, VERMILLION
from model.config import RunConfig
from model.config_file import read_config
from model.device import has_bfloat16, resolve_device
from model.evaluation.quoted import ONE_SHOT, REIMPLEMENTATIONS
from model.evaluation.standard_error import mean_and_error
from model.memory import keep_freed_memory
from model.training.trainer import Trainer

Curve = list[dict[str, float]]
PAPER = ONE_SHOT["convolutional siamese net"] / 100
FIRST_REIMPLEMENTATION = REIMPLEMENTATIONS[0] / 100


def train(config: RunConfig, collection: Collection, device: torch.device) -> Curve:
    """One training: seconds, and accuracies measured afterwards, after each epoch."""
    data = SearchData.of(collection, config.network.size, device)
    trainer = Trainer(config, data, device)
    networks, ended, paused = [], [], 0.0
    start = time.perf_counter()
    for _ in trainer.run():
        ended.append(time.perf_counter() - start - paused)
        before = time.perf_counter()
        networks.append(deepcopy(trainer._trained))
        paused += time.perf_counter() - before
    curve = []
    for seconds, report, network in zip(ended, trainer.history, networks, strict=True):
        test = one_shot_test(network, collection, device)
        curve.append(
            {
                "seconds": round(seconds, 2),
                "validation": report.accuracy,
                "official": test.one_shot_accuracy,
                "every_pair": test.every_drawer_pair_accuracy,
            }
        )
    return curve


def seconds_to(curves: list[Curve], what: str, level: float) -> dict[str, Any]:
    """Seconds after which each training first reached a level; None for one that never did."""
    reached = [
        next((point["seconds"] for point in curve if point[what] >= level), None)
        for curve in curves
    ]
    known = [seconds for seconds in reached if seconds is not None]
    mean, error = mean_and_error(known) if len(known) == len(reached) else (None, None)
    return {"level": level, "value": mean, "standard_error": error, "each": reached}


def drawn(curves: list[Curve]) -> Figure:
    """Both accuracies against seconds, a line a seed, with what others end at."""
    figure, axes = plt.subplots(figsize=(8, 4.5), layout="constrained")
    for number, curve in enumerate(curves):
        seconds = [point["seconds"] for point in curve]
        for what, colour, label in (
            ("official", BLUE, "official runs"),
            ("every_pair", VERMILLION, "every drawer pair"),
        ):
            values = [100 * point[what] for point in curve]
            axes.plot(seconds, values, color=colour, label=label if number == 0 else None)
    axes.axhline(100 * PAPER, color=INK, linestyle="--", linewidth=1)
    axes.annotate("the paper, official runs", (0.99, 100 * PAPER), color=INK, **_ABOVE)
    low, high = REIMPLEMENTATIONS
    axes.axhspan(low, high, color=GREY, alpha=0.2, linewidth=0)
    text = "where re-implementations end, over random drawers"
    axes.annotate(text, (0.99, low), color=INK, **_ABOVE)
    axes.set(xlabel="seconds of training", ylabel="20-way accuracy on the test alphabets (%)")
    axes.set(xlim=(0, None), ylim=(40, 100))
    axes.legend(loc="lower right", bbox_to_anchor=(1, 0.08), frameon=False)
    return figure


_ABOVE: dict[str, Any] = {
    "xycoords": ("axes fraction", "data"),
    "xytext": (0, 3),
    "textcoords": "offset points",
    "ha": "right",
    "fontsize": 9,
}


def main() -> None:
    parser = make_parser(__doc__)
    parser.add_argument("output", type=Path)
    parser.add_argument("--config", type=Path, default=Path("runs/quick/best.toml"))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, help="the configuration's, if not given")
    parser.add_argument("--data-root", type=Path)
    parser.add_argument("--device", default="auto")
    asked = parser.parse_args()
    keep_freed_memory()  # as workers do
    device, config = resolve_device(asked.device), read_config(asked.config)
    if asked.epochs:
        train_config = config.train.model_copy(update={"epochs": asked.epochs})
        config = config.model_copy(update={"train": train_config})
    collection = load_collection("omniglot", asked.data_root)
    curves = [train(with_seed(config, seed), collection, device) for seed in range(asked.seeds)]
    document = {
        "benchmark": "time to accuracy",
        "config": config.model_dump(mode="json"),
        "precision": "bfloat16" if has_bfloat16(device) else "float32",
        "paper_92": seconds_to(curves, "official", PAPER),
        "every_pair_71": seconds_to(curves, "every_pair", FIRST_REIMPLEMENTATION),
        "seeds": list(range(asked.seeds)),
        "curves": curves,
    } | provenance()
    save(asked.output, document, drawn(curves))
    print({name: document[name] for name in ("paper_92", "every_pair_71")})


if __name__ == "__main__":
    run_main(main)
