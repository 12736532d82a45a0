"""What a seed changes, straight from the recording: configurations trained with several."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import kendalltau

RESAMPLES = 1000


def recorded_seeds(recorded: dict[str, Any]) -> dict[str, Any]:
    """How well one training ranks configurations, and how far trainings of one lie apart.

    Rank correlation is Kendall's tau of the first two seeds, its standard error by bootstrap over
    the configurations; the standard deviation is that within a configuration, over all its seeds.
    The better half is that by the mean over the seeds. Configurations of which a training diverged
    are left out, and counted.
    """
    by_number: dict[int, list[dict[str, Any]]] = {}
    for line in recorded["curves"]:
        by_number.setdefault(line["number"], []).append(line)
    several = [lines for lines in by_number.values() if len(lines) > 1]
    sound = [lines for lines in several if not any(None in line["loss"] for line in lines)]
    found = [np.array([max(line["accuracy"]) for line in lines]) for lines in sound]
    middle = np.median([values.mean() for values in found]) if found else 0.0
    return {
        "left_out": len(several) - len(sound),
        "all": _told(found),
        "better_half": _told([values for values in found if values.mean() >= middle]),
    }


def _told(found: list[NDArray[np.float64]]) -> dict[str, Any]:
    told: dict[str, Any] = {"configurations": len(found)}
    if len(found) < 3:
        return told
    first, second = np.array([values[:2] for values in found]).T
    picks = np.random.default_rng(0).integers(0, len(found), (RESAMPLES, len(found)))
    spread = np.nanstd([_tau(first[pick], second[pick]) for pick in picks], ddof=1)
    freedom = sum(len(values) - 1 for values in found)
    deviation = (sum(((v - v.mean()) ** 2).sum() for v in found) / freedom) ** 0.5
    return told | {
        "rank_correlation": round(_tau(first, second), 4),
        "its_standard_error": round(float(spread), 4),
        "standard_deviation_of_a_seed": round(float(deviation), 5),
        "standard_deviation_between_configurations": round(
            float(np.std([values.mean() for values in found], ddof=1)), 5
        ),
    }


def _tau(left: NDArray[np.float64], right: NDArray[np.float64]) -> float:
    return float(kendalltau(left, right).statistic)
