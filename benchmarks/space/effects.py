"""What each parameter of a recorded space does to accuracy and to time, all others equal.

Usage:
  python -m benchmarks.space.effects CURVES OUTPUT.json

Least squares over recorded random configurations: the best accuracy of a training, in points, and
the logarithm of its processor seconds, each on all parameters at once. A parameter's effect is that
of going from one end of its range to the other (in its logarithm where the range is logarithmic),
or from its first choice to its second. So it says nothing of a best value within the range, and
nothing of what two parameters do together. Over all configurations, and over those with centred
drawings alone.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.command import make_parser, run_main
from benchmarks.output import provenance
from benchmarks.replay.surrogate import read_recorded
from hpo.runtime.files import write_json
from hpo.study.file import read_study
from hpo.study.parameter import Parameter
from hpo.study.space import parameters

Floats = NDArray[np.floating[Any]]
TRAINED = 0.3
"""Best accuracy below which a training failed; chance is 0.05."""


def main() -> None:
    parser = make_parser(__doc__)
    parser.add_argument("curves", type=Path)
    parser.add_argument("output", type=Path)
    arguments = parser.parse_args()
    recorded = read_recorded(arguments.curves)
    document = provenance() | {
        "curves": arguments.curves.name,
        "versions_recorded": recorded["versions"],
        "all": effects(recorded),
        "centred": effects(recorded, only="centred"),
    }
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    write_json(arguments.output, document)
    for name, row in document["all"]["parameters"].items():
        print(f"{name:24}", *(f"{key} {value:+.3f}" for key, value in row.items() if value))


def effects(recorded: dict[str, Any], only: str | None = None) -> dict[str, Any]:
    """Each parameter's effects with their standard errors, that on accuracy in points.

    Args:
        recorded: as `read_recorded` gives it.
        only: a switch that is on in the configurations to count; None for all of them.
    """
    study = read_study(recorded["definition"] | recorded["changeable"], "recorded curves")
    open_ = [parameter for parameter in parameters(study) if parameter.name != only]
    groups: dict[int, list[dict[str, Any]]] = {}
    for line in recorded["curves"]:
        if only is None or line["params"][only]:
            groups.setdefault(line["number"], []).append(line)
    trained = [g for g in groups.values() if all(max(t["accuracy"]) > TRAINED for t in g)]
    inputs = np.array([[_place(p, g[0]["params"][p.name]) for p in open_] for g in trained])
    points = np.array([100 * np.mean([max(t["accuracy"]) for t in g]) for g in trained])
    seconds = np.array([np.mean([sum(t["cpu_seconds"]) for t in g]) for g in trained])
    gain, cost = _fit(inputs, points), _fit(inputs, np.log(seconds))
    rows = {
        parameter.name: {
            "points": round(gain[0][i], 2),
            "points_standard_error": round(gain[1][i], 2),
            "times_the_seconds": round(math.exp(cost[0][i]), 3),
            "seconds_standard_error": round(math.exp(cost[0][i]) * cost[1][i], 3),
        }
        for i, parameter in enumerate(open_)
    }
    order = sorted(rows, key=lambda name: -abs(rows[name]["points"]))
    return {
        "configurations": len(groups),
        "failed": len(groups) - len(trained),
        "explained_variance": round(1 - gain[2] / float(points.var(ddof=1)), 3),
        "parameters": {name: rows[name] for name in order},
    }


def _place(parameter: Parameter, value: Any) -> float:  # noqa: ANN401
    """Where between its ends a value lies, 0 to 1; of choices, the place in their list."""
    if parameter.range is None:
        return parameter.values.index(value) / max(1, len(parameter.values) - 1)
    low, high = parameter.range.low, parameter.range.high
    if parameter.range.log:
        return math.log(value / low) / math.log(high / low)
    return float((value - low) / (high - low))


def _fit(inputs: Floats, targets: Floats) -> tuple[Floats, Floats, float]:
    """Slopes, their standard errors, and the variance that they leave unexplained."""
    design: Floats = np.column_stack((np.ones(len(inputs)), inputs))
    slopes, *_ = np.linalg.lstsq(design, targets, rcond=None)
    left = targets - design @ slopes
    freedom = len(targets) - design.shape[1]
    variance = float(left @ left) / freedom
    errors: Floats = np.sqrt(variance * np.diag(np.linalg.inv(design.T @ design)))
    return slopes[1:], errors[1:], variance


if __name__ == "__main__":
    run_main(main)
