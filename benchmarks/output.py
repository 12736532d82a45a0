"""What a benchmark writes: what its figures depend on, quantiles and errors, JSON and a figure."""

from __future__ import annotations

import json
from math import isfinite
from pathlib import Path
from typing import Any, Literal

import numpy as np
import tomli_w
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from benchmarks.command import command
from hpo.runtime.files import write_json
from hpo.runtime.provenance import commit, computer, versions
from model.evaluation.standard_error import mean_and_error

QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)
plt.style.use("tableau-colorblind10")


def provenance(threads: int | None = None) -> dict[str, Any]:
    """What a result depends on: command, versions, commit and computer.

    Args:
        threads: those of each process that measures, where they are not this process's.
    """
    own = computer()
    used = own if threads is None else own.model_copy(update={"threads": threads})
    return {
        "command": command(),
        "versions": versions(),
        "commit": commit(),
        "computer": used.model_dump(),
    }


def study_toml(document: dict[str, Any]) -> str:
    """A study's document as its file, without null values, which TOML does not have."""
    return tomli_w.dumps(_without_null(document))


def _without_null(table: dict[str, Any]) -> dict[str, Any]:
    return {
        key: _without_null(value) if isinstance(value, dict) else value
        for key, value in table.items()
        if value is not None
    }


def tell(**figures: object) -> None:
    """Prints figures, and what they depend on, as one line of JSON."""
    print(json.dumps(figures | provenance()), flush=True)


def save(output: Path, document: dict[str, Any], figure: Figure) -> None:
    """Writes OUTPUT.json and OUTPUT.png, and the folder that they lie in."""
    output.parent.mkdir(parents=True, exist_ok=True)
    write_json(output.with_suffix(".json"), document)
    figure.savefig(output.with_suffix(".png"), dpi=110)


def summary(values: np.ndarray) -> dict[str, float | None]:
    """Quantiles, by their names; None for one of times that were never reached.

    >>> summary(np.array([1.0, 2.0, np.inf]))["0.5"]
    2.0
    """
    # Between two values, one of which may be infinite, there is none: there, the higher one.
    method: Literal["linear", "higher"] = "linear" if np.isfinite(values).all() else "higher"
    found = {str(q): float(np.quantile(values, q, method=method)) for q in QUANTILES}
    return {q: round(value, 4) if isfinite(value) else None for q, value in found.items()}


def median(accuracies: list[float]) -> float:
    """The lower median: a level that at least half of the repetitions reach."""
    return float(np.quantile(accuracies, 0.5, method="lower"))


def standard_error(values: np.ndarray) -> float | None:
    """Standard error of the mean; None of a single value."""
    return round(mean_and_error(values.tolist())[1], 5) if len(values) > 1 else None
