"""The shape of a space: how good its random configurations are.

Usage:
  python -m benchmarks.space.shapes define STUDY literal|log FILE.toml
  python -m benchmarks.space.shapes compare OUTPUT CURVES CURVES ...

`define` writes a study like another, but with learning rates, momenta and L2 weights drawn
otherwise: `literal` as the paper says, each layer's own rate and L2 weight uniformly (section 3.3);
`log` as one rate of the whole network times a factor for each layer, and L2 weights, on logarithmic
scales: every layer can have whatever the paper's can. `benchmarks.replay.curves` records these.
`compare` sets recordings beside each other, by what their configurations reached on validation:
OUTPUT gets .json and .png. The best of ten is the best of ten random configurations, on average.
"""

from __future__ import annotations

import argparse
from math import comb
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from numpy.typing import NDArray

from benchmarks.command import make_parser, run_main
from benchmarks.output import QUANTILES, provenance, save, study_toml
from benchmarks.replay.surrogate import read_recorded
from hpo.study.file import load_study, read_study

SHAPES: dict[str, dict[str, Any]] = {
    "literal": {
        "learning_rate": 1.0,
        "layers": {
            "learning_rate": {"low": 1e-4, "high": 1e-1},
            "momentum": {"low": 0.0, "high": 1.0},
            "l2": {"low": 0.0, "high": 0.1},
        },
    },
    "log": {
        "learning_rate": {"low": 1e-3, "high": 0.5, "log": True},
        "layers": {
            "learning_rate": {"low": 0.1, "high": 10.0, "log": True},
            "momentum": {"low": 0.0, "high": 1.0},
            "l2": {"low": 1e-7, "high": 0.1, "log": True},
        },
    },
}
BEST_OF = 10
RESAMPLED = 2000


def define(arguments: argparse.Namespace) -> None:
    """Writes a study of another shape."""
    study = load_study(arguments.study)
    document = study.unchangeable() | study.changeable()
    document["name"] = f"{study.name}-{arguments.shape}"
    document["train"] = document["train"] | SHAPES[arguments.shape]
    read_study(document, str(arguments.to))
    arguments.to.write_text(study_toml(document))


def compare(arguments: argparse.Namespace) -> None:
    """Sets recordings beside each other."""
    recordings = [read_recorded(path) for path in arguments.curves]
    found = [best_accuracies(recorded) for recorded in recordings]
    rows = [
        {
            "study": recorded["definition"]["name"],
            "curves": path.name,
            "recorded_by": recorded["command"],
            "versions": recorded["versions"],
            "cpu_hours": recorded["cpu_hours"],
        }
        | told(accuracies)
        for path, recorded, accuracies in zip(arguments.curves, recordings, found, strict=True)
    ]
    document = provenance() | {"spaces": rows}
    names = [row["study"] for row in rows]
    save(arguments.output, document, figure(dict(zip(names, found, strict=True))))
    for row in rows:
        print({key: row[key] for key in ("study", "configurations", "quantiles", "best_of_ten")})


def best_accuracies(recorded: dict[str, Any]) -> NDArray[np.float64]:
    """The best accuracy of each configuration's first training, in order; 0 where it raised."""
    curves = [line for line in recorded["curves"] if line["repeat"] == 0]
    raised = [line for line in recorded["failed"] if line["repeat"] == 0]
    return np.sort([max(line["accuracy"]) for line in curves] + [0.0] * len(raised))


def told(accuracies: NDArray[np.float64]) -> dict[str, Any]:
    """A space's part of the document, with standard errors from the choice of configurations."""
    dice = np.random.default_rng(0)
    again = np.sort(dice.choice(accuracies, (RESAMPLED, len(accuracies))), axis=1)
    return {
        "configurations": len(accuracies),
        "quantiles": {str(q): round(float(np.quantile(accuracies, q)), 4) for q in QUANTILES},
        "best_of_ten": {
            "mean": round(float(best_of_ten(accuracies)), 4),
            "standard_error": round(float(best_of_ten(again).std(ddof=1)), 4),
        },
    }


def best_of_ten(ordered: NDArray[np.float64]) -> NDArray[np.float64]:
    """The mean of the best over all choices of ten.

    Args:
        ordered: accuracies [..., configurations], in order along the last axis.
    """
    count = ordered.shape[-1]
    weights = [comb(place, BEST_OF - 1) / comb(count, BEST_OF) for place in range(count)]
    best: NDArray[np.float64] = ordered @ np.array(weights)
    return best


def figure(found: dict[str, NDArray[np.float64]]) -> Figure:
    drawn, axes = plt.subplots(figsize=(7, 4.5), layout="constrained")
    for name, accuracies in found.items():
        axes.ecdf(accuracies, complementary=True, label=f"{name} ({len(accuracies)})")
    axes.set(
        xlabel="best accuracy of a training, validation",
        ylabel="share of random configurations that reach it",
        xlim=(0, 1),
    )
    axes.legend(fontsize="small")
    return drawn


def main() -> None:
    parser = make_parser(__doc__)
    commands = parser.add_subparsers(required=True)
    defining = commands.add_parser("define")
    defining.add_argument("study")
    defining.add_argument("shape", choices=list(SHAPES))
    defining.add_argument("to", type=Path)
    defining.set_defaults(do=define)
    comparing = commands.add_parser("compare")
    comparing.add_argument("output", type=Path)
    comparing.add_argument("curves", type=Path, nargs="+")
    comparing.set_defaults(do=compare)
    arguments = parser.parse_args()
    arguments.do(arguments)


if __name__ == "__main__":
    run_main(main)
