"""The choice of a winner after a search: how far one training is to be trusted, what more gain.

In the replay, a retraining takes as long as the trial did; a study whose finish trains longer pays
in proportion. Beside it, what a seed changes in the recording itself.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.stats import kendalltau

from benchmarks.output import save, standard_error, summary
from benchmarks.replay.searches import in_processes, origin, own_search, searched, surrogate_of
from benchmarks.replay.simulator import Simulation
from benchmarks.replay.surrogate import Kind, read_recorded
from hpo.study.space import config_of
from hpo.trials.outcome import complete_trials
from hpo.trials.ranking import best_first

RESAMPLES = 1000
"""Of the bootstrap."""
FINALISTS = (1, 2, 3, 5, 8)
SEEDS = (1, 2, 3, 5)
FRESH = 1
"""Part of the seed of retrainings' dice: those of the trials' own trainings have none."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Finalists:
    """The best complete trials of one simulated search, best first.

    Attributes:
        values: accuracies as the search saw them.
        truths: accuracies without the luck of a seed.
        retrained: accuracies with fresh seeds [finalists, seeds].
        seconds: of training each once.
        search: seconds that the search took of all its workers.
    """

    values: Floats
    truths: Floats
    retrained: Floats
    seconds: Floats
    search: float

    def chosen(self, count: int, seeds: int) -> int:
        """The place of the one whose mean over the fresh seeds is the best."""
        return int(self.retrained[:count, :seeds].mean(1).argmax())

    def gain(self, count: int, seeds: int) -> float:
        """By how much that one is truly better than the search's first."""
        return float(self.truths[self.chosen(count, seeds)] - self.truths[0])

    def time(self, count: int, seeds: int) -> float:
        """Time of the retrainings, as a part of the search's."""
        return float(seeds * self.seconds[:count].sum() / self.search)


def finalists(arguments: argparse.Namespace) -> None:
    """How often the search's first is truly the best, and what fresh seeds gain for their time."""
    surrogate = surrogate_of(arguments.curves, arguments.surrogate)
    workers, trials = arguments.workers[0], arguments.trials or surrogate.study.trials
    work = partial(_search, arguments.curves, arguments.surrogate, workers, trials)
    found = in_processes(arguments, work, range(arguments.repetitions))
    document = origin(arguments, surrogate) | {
        "search": own_search(surrogate.study),
        "trials": trials,
        "workers": workers,
        "recorded_seeds": recorded_seeds(read_recorded(arguments.curves)),
        "true_accuracy_of_the_searchs_first": _mean([f.truths[0] for f in found]),
        "value_that_the_search_saw_of_it": _mean([f.values[0] for f in found]),
        "by_finalists": [_told(found, count) for count in FINALISTS],
    }
    print(f"seeds, as recorded: {document['recorded_seeds']}")
    for row in document["by_finalists"]:
        _print(row)
    save(arguments.output, document, _figure(document["by_finalists"]))


def recorded_seeds(recorded: dict[str, Any]) -> dict[str, Any]:
    """How well one training ranks configurations, and how far trainings of one lie apart.

    Rank correlation is Kendall's tau of the first two seeds, its standard error by bootstrap over
    the configurations; the standard deviation is that within a configuration, over all its seeds.
    The better half is by the mean over the seeds. Configurations that diverged with any seed are
    left out, and counted.

    Args:
        recorded: as `read_recorded` gives it.
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
        "all": _told_of_recorded(found),
        "better_half": _told_of_recorded([values for values in found if values.mean() >= middle]),
    }


def _told_of_recorded(found: list[Floats]) -> dict[str, Any]:
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


def _print(row: dict[str, Any]) -> None:
    right, tau = row["first_is_truly_best"]["mean"], row["rank_correlation_of_values"]["mean"]
    print(f"best {row['finalists']}: the first is truly the best in {right:.0%}, tau {tau}")
    for of_seeds in row["by_seeds"]:
        gain, time = of_seeds["gain_over_the_first"], of_seeds["part_of_the_searchs_time"]["mean"]
        error, tau = gain["standard_error"], of_seeds["rank_correlation_of_means"]["mean"]
        print(
            f"  {of_seeds['seeds']} seeds: gain {gain['mean']:.4f} ± {error}"
            f" for {time:.0%} of the search's time, tau {tau}"
        )


def _search(path: Path, kind: Kind, workers: int, trials: int, repetition: int) -> Finalists:
    surrogate = surrogate_of(path, kind)
    study = searched(surrogate.study, own_search(surrogate.study), repetition)
    simulation = Simulation(study, surrogate, workers, trials)
    outcome = simulation.run()
    best = best_first(complete_trials(simulation.study.trials))[: max(FINALISTS)]
    curves = [surrogate.truth(config_of(study, trial.params, seed=0)) for trial in best]
    dice = [np.random.default_rng((repetition, trial.number, FRESH)) for trial in best]
    return Finalists(
        np.array([trial.values[0] for trial in best]),
        np.array([curve.best[-1] for curve in curves]),
        np.array(
            [
                [surrogate.with_seed(curve, die).best[-1] for _ in range(max(SEEDS))]
                for curve, die in zip(curves, dice, strict=True)
            ]
        ),
        np.array([curve.seconds * len(curve.accuracy) for curve in curves]),
        outcome.wall * workers,
    )


def _told(found: list[Finalists], count: int) -> dict[str, Any]:
    """The document's part on the best `count`, or fewer where a search completed fewer."""
    tops = [f.truths[:count] for f in found]
    return {
        "finalists": count,
        "there_were": round(float(np.mean([len(top) for top in tops])), 1),
        "first_is_truly_best": _mean([top[0] >= top.max() for top in tops]),
        "truly_best_of_them": _mean([top.max() for top in tops]),
        "rank_correlation_of_values": _mean(
            [_tau(f.values[:count], top) for f, top in zip(found, tops, strict=True)]
        ),
        "by_seeds": [_told_of_seeds(found, count, seeds) for seeds in SEEDS],
    }


def _told_of_seeds(found: list[Finalists], count: int, seeds: int) -> dict[str, Any]:
    means = [f.retrained[:count, :seeds].mean(1) for f in found]
    accuracy = [f.truths[f.chosen(count, seeds)] for f in found]
    return {
        "seeds": seeds,
        "rank_correlation_of_means": _mean(
            [_tau(m, f.truths[:count]) for m, f in zip(means, found, strict=True)]
        ),
        "accuracy_of_the_chosen": _mean(accuracy) | {"quantiles": summary(np.array(accuracy))},
        "gain_over_the_first": _mean([f.gain(count, seeds) for f in found]),
        "part_of_the_searchs_time": _mean([f.time(count, seeds) for f in found]),
    }


def _tau(left: Floats, right: Floats) -> float:
    """Kendall's rank correlation; nan where there is nothing to rank."""
    return float(kendalltau(left, right).statistic) if len(left) > 1 else float("nan")


def _mean(values: list[Any]) -> dict[str, float | None]:
    """Over the repetitions in which there is a value, with its standard error."""
    there = np.array(values, dtype=np.float64)
    there = there[np.isfinite(there)]
    mean = round(float(there.mean()), 5) if len(there) else None
    return {"mean": mean, "standard_error": standard_error(there)}


def _figure(rows: list[dict[str, Any]]) -> Figure:
    figure, (left, right) = plt.subplots(1, 2, figsize=(12, 5.2), layout="constrained")
    left.axhline(0, color="grey", linewidth=0.8)
    for row in rows[1:]:
        gains = [of_seeds["gain_over_the_first"] for of_seeds in row["by_seeds"]]
        times = [of_seeds["part_of_the_searchs_time"]["mean"] for of_seeds in row["by_seeds"]]
        left.errorbar(
            [100 * time for time in times],
            [100 * gain["mean"] for gain in gains],
            [100 * (gain["standard_error"] or 0.0) for gain in gains],
            fmt="o-",
            capsize=2,
            label=f"the best {row['finalists']}",
        )
        for seeds, time, gain in zip(SEEDS, times, gains, strict=True):
            left.annotate(
                str(seeds),
                (100 * time, 100 * gain["mean"]),
                xytext=(4, 4),
                textcoords="offset points",
                fontsize="small",
            )
    left.set(
        xlabel="time of the retrainings, % of the search's; numbers: seeds",
        ylabel="true gain over the search's first, points, ± standard error",
    )
    counts = [row["finalists"] for row in rows[1:]]
    for key, style, label in (
        ("first_is_truly_best", "ks--", "how often the search's first is truly the best"),
        ("rank_correlation_of_values", "o-", "tau, the search's values"),
    ):
        means = [row[key]["mean"] for row in rows[1:]]
        errors = [row[key]["standard_error"] or 0.0 for row in rows[1:]]
        right.errorbar(counts, means, errors, fmt=style, capsize=2, label=label)
    for place, seeds in enumerate(SEEDS):
        means = [row["by_seeds"][place]["rank_correlation_of_means"]["mean"] for row in rows[1:]]
        right.plot(counts, means, "o-", label=f"tau, means over fresh seeds: {seeds}")
    right.set(
        xlabel="finalists", xticks=counts, ylabel="rank correlation with the truth (tau); how often"
    )
    for axes in (left, right):
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=2, fontsize="small")
    return figure
