"""How far a study has come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from statistics import fmean
from typing import Any

import optuna
from optuna.trial import FrozenTrial, TrialState

from hpo.budget import counts
from hpo.export import best_trials
from hpo.study import StudyConfig


def status(study: optuna.Study, config: StudyConfig) -> dict[str, Any]:
    """Counts, budget, best trial so far, and the workers.

    Returns:
        "study", "dataset", "trials" (a count per state), "retried" (trials that were taken over
        from dead workers), "budget" (trials, seconds of search or None), "best" (number, value;
        None before any trial is complete), "workers" (one per running trial: worker, number,
        epochs done, best value so far, pictures_per_second, seconds since its last sign of life)
        and "seconds_left" (None where nothing runs, or nothing has ended yet).
    """
    trials = study.get_trials(deepcopy=False)
    best = best_trials(study, 1)
    running = [trial for trial in trials if trial.state is TrialState.RUNNING]
    return {
        "study": config.name,
        "dataset": config.dataset,
        "trials": asdict(counts(trials)),
        "retried": sum("deaths" in trial.user_attrs for trial in trials),
        "budget": {"trials": config.trials, "timeout": config.timeout},
        "best": {"number": best[0].number, "value": best[0].values[0]} if best else None,
        "workers": [_worker(trial) for trial in running],
        "seconds_left": _seconds_left(trials, config, len(running)),
    }


def status_lines(now: dict[str, Any]) -> list[str]:
    """The same, for people."""
    trials, budget, best = now["trials"], now["budget"], now["best"]
    done = trials["complete"] + trials["pruned"]
    limit = "" if budget["timeout"] is None else f", at most {budget['timeout']:.0f} s"
    left = now["seconds_left"]
    time_left = "" if left is None else f", about {_duration(left)} left"
    lines = [
        f"Study {now['study']} on {now['dataset']}",
        f"Budget: {done} of {budget['trials']} trials{limit}{time_left}",
        "Trials: "
        + ", ".join(f"{count} {state}" for state, count in trials.items())
        + f", {now['retried']} retried",
        f"Best: trial {best['number']}, {best['value']:.1%}" if best else "Best: none complete yet",
    ]
    for worker in now["workers"]:
        value = "" if worker["best"] is None else f", best {worker['best']:.1%}"
        speed = worker["pictures_per_second"]
        lines.append(
            f"Worker {worker['worker']}: trial {worker['number']}, {worker['epochs']} epochs done"
            f"{value}{'' if speed is None else f', {speed:,.0f} pictures/s'}"
            f", last heard of {_duration(worker['silent'])} ago"
        )
    return lines


def _worker(trial: FrozenTrial) -> dict[str, Any]:
    reported, attributes = trial.intermediate_values, trial.user_attrs
    host, pid, _ = (*attributes.get("worker", "").split(":"), "", "", "")[:3]
    beat = attributes.get("heartbeat")
    assert trial.datetime_start is not None
    since = datetime.fromisoformat(beat) if beat else trial.datetime_start.astimezone()
    return {
        "worker": f"{host}:{pid}",
        "number": trial.number,
        "epochs": len(reported),
        "best": max(reported.values(), default=None),
        "pictures_per_second": attributes.get("pictures_per_second"),
        "silent": max(0.0, (datetime.now(UTC) - since).total_seconds()),
    }


def _seconds_left(trials: Sequence[FrozenTrial], config: StudyConfig, running: int) -> float | None:
    """As if the trials to come took as long as those that ended, and the workers stayed."""
    found = counts(trials)
    took = [trial.duration.total_seconds() for trial in trials if trial.duration is not None]
    if not running or not found.done:
        return None
    return fmean(took) * (len(took) / found.done) * (config.trials - found.done) / running


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
