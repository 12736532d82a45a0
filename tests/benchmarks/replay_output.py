"""What a replay writes: where it comes from, quantiles over repetitions, a figure."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from math import isfinite
from pathlib import Path
from typing import Any, Literal

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from simulation import Outcome
from surrogate import Surrogate

from hpo.runtime.provenance import versions

QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)
plt.style.use("tableau-colorblind10")


def about(arguments: argparse.Namespace, surrogate: Surrogate) -> dict[str, Any]:
    return {
        "command": " ".join(("python tests/benchmarks/replay.py", *sys.argv[1:])),
        "versions": versions(),
        "curves": arguments.curves.name,
        "configurations_recorded": len(surrogate.logits),
        "surrogate": "nearest recorded" if arguments.nearest else "mean over trees",
        "repetitions": arguments.repetitions,
    }


def summary(values: np.ndarray) -> dict[str, float | None]:
    """Quantiles; one of times that were never reached is null."""
    # Between two values, one of which may be infinite, there is none: there, the higher one.
    method: Literal["linear", "higher"] = "linear" if np.isfinite(values).all() else "higher"
    found = {str(q): float(np.quantile(values, q, method=method)) for q in QUANTILES}
    return {q: round(value, 4) if isfinite(value) else None for q, value in found.items()}


def standard_error(values: np.ndarray) -> float | None:
    """Of their mean; of one value alone there is none."""
    if len(values) < 2:
        return None
    return round(float(values.std(ddof=1) / len(values) ** 0.5), 5)


def median(accuracies: list[float]) -> float:
    """One of them, which more than half of the repetitions reach: the mean of two, half do."""
    return float(np.quantile(accuracies, 0.5, method="lower"))


def mean(repetitions: list[Outcome], what: Callable[[Outcome], float]) -> float:
    return round(float(np.mean([what(outcome) for outcome in repetitions])), 1)


def save(output: Path, document: dict[str, Any], figure: Figure) -> None:
    output.parent.mkdir(parents=True, exist_ok=True)
    output.with_suffix(".json").write_text(json.dumps(document, indent=1) + "\n")
    figure.savefig(output.with_suffix(".png"), dpi=110)
