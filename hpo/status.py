"""How far a study has come."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import optuna
from optuna.trial import FrozenTrial, TrialState

from hpo.export import best_trials
from hpo.storage import counts
from hpo.study import StudyConfig


def status(study: optuna.Study, config: StudyConfig) -> dict[str, Any]:
    """Counts, budget, best trial so far, and the trials under way.

    Returns:
        "study", "dataset", "trials" (a count per state), "budget" (trials, seconds of search or
        None), "best" (number, value; None before any trial is complete) and "running" (number,
        epochs done, best value so far).
    """
    best = best_trials(study, 1)
    running = study.get_trials(deepcopy=False, states=(TrialState.RUNNING,))
    return {
        "study": config.name,
        "dataset": config.dataset,
        "trials": asdict(counts(study)),
        "budget": {"trials": config.trials, "timeout": config.timeout},
        "best": {"number": best[0].number, "value": best[0].values[0]} if best else None,
        "running": [_under_way(trial) for trial in running],
    }


def status_lines(now: dict[str, Any]) -> list[str]:
    """The same, for people."""
    trials, budget, best = now["trials"], now["budget"], now["best"]
    done = trials["complete"] + trials["pruned"]
    limit = "" if budget["timeout"] is None else f", at most {budget['timeout']:.0f} s"
    lines = [
        f"Study {now['study']} on {now['dataset']}",
        f"Budget: {done} of {budget['trials']} trials{limit}",
        "Trials: " + ", ".join(f"{count} {state}" for state, count in trials.items()),
        f"Best: trial {best['number']}, {best['value']:.1%}" if best else "Best: none complete yet",
    ]
    for trial in now["running"]:
        value = "" if trial["best"] is None else f", best {trial['best']:.1%}"
        lines.append(f"Running: trial {trial['number']}, {trial['epochs']} epochs done{value}")
    return lines


def _under_way(trial: FrozenTrial) -> dict[str, Any]:
    reported = trial.intermediate_values
    return {
        "number": trial.number,
        "epochs": len(reported),
        "best": max(reported.values(), default=None),
    }
