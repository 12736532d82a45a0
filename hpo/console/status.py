"""How far a study has come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean
from typing import Any

import optuna
from optuna.trial import FrozenTrial, TrialState

from hpo.runtime.files import read_results
from hpo.study.definition import StudyConfig
from hpo.trials.attributes import TrialRecord
from hpo.trials.budget import counts, reached_limit
from hpo.trials.outcome import in_words
from hpo.trials.ranking import best_trials

RECENT = 5
"""So many of the trials that ended last are told of."""


def status(study: optuna.Study, config: StudyConfig, output: Path) -> dict[str, Any]:
    """Counts, budget, best trial so far, winner, and the workers.

    Args:
        output: the study's folder, where its results are once it is finished.

    Returns:
        "study", "dataset", "state" ("running"; "stopped" with trials left to do; "retraining" the
        best or interrupted in it; "finished", tested too; "searched" where this machine has no
        more of the study), "trials" (a count per state), "retried" (trials that were taken over
        from dead workers), "budget" (trials, seconds of search or None), "best" (number, value;
        None before any trial is complete), "winner" (number, validation, test: see results.json;
        None before the study is finished), "recent" (number and outcome of the last to end),
        "workers" (one per running trial: worker, number, epochs done, best value so far,
        pictures_per_second, seconds since its last sign of life) and "seconds_left" (None where
        nothing runs, or nothing has ended yet).
    """
    trials = study.get_trials(deepcopy=False)
    best = best_trials(study, 1)
    running = [trial for trial in trials if trial.state is TrialState.RUNNING]
    ended = sorted((t.datetime_complete, t.number) for t in trials if t.datetime_complete)
    winner = _winner(config, output)
    if running:
        state = "running"
    elif winner is not None:
        state = "finished"
    elif reached_limit(trials, config) is None:
        state = "stopped"
    else:
        # Where the folder of unfinished work is, `run` is still at it, or can take it up.
        state = "retraining" if (output / f"unfinished-{config.name}").is_dir() else "searched"
    return {
        "study": config.name,
        "dataset": config.dataset,
        "state": state,
        "trials": asdict(counts(trials)),
        "retried": sum(TrialRecord.of(trial).deaths is not None for trial in trials),
        "budget": {"trials": config.trials, "timeout": config.timeout},
        "best": {"number": best[0].number, "value": best[0].values[0]} if best else None,
        "winner": winner,
        "recent": [
            {"number": number, "outcome": in_words(trials[number])} for _, number in ended[-RECENT:]
        ],
        "workers": [_worker(trial) for trial in running],
        "seconds_left": _seconds_left(trials, config, len(running)),
    }


def _winner(config: StudyConfig, output: Path) -> dict[str, Any] | None:
    """What the results in the study's folder say, if they are this study's."""
    results = read_results(output)
    if results is None or results.get("definition") != config.definition():
        return None
    results = read_results(output, keys := ("winner", "validation", "test")) or {}
    winner, validation, test = (results[key] for key in keys)
    return {"number": winner["number"], "validation": validation, "test": test}


def _worker(trial: FrozenTrial) -> dict[str, Any]:
    reported, record = trial.intermediate_values, TrialRecord.of(trial)
    host, pid, _ = (*record.worker.split(":"), "", "", "")[:3]
    assert trial.datetime_start is not None
    since = (
        datetime.fromisoformat(record.heartbeat)
        if record.heartbeat
        else trial.datetime_start.astimezone()
    )
    return {
        "worker": f"{host}:{pid}",
        "number": trial.number,
        "epochs": len(reported),
        "best": max(reported.values(), default=None),
        "pictures_per_second": record.pictures_per_second,
        "silent": max(0.0, (datetime.now(UTC) - since).total_seconds()),
    }


def _seconds_left(trials: Sequence[FrozenTrial], config: StudyConfig, running: int) -> float | None:
    """As if the trials to come took as long as those that ended, and the workers stayed."""
    found = counts(trials)
    took = [trial.duration.total_seconds() for trial in trials if trial.duration is not None]
    if not running or not found.done:
        return None
    return fmean(took) * (len(took) / found.done) * (config.trials - found.done) / running
