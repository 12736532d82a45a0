"""A study's best configuration and its trials, as text."""

from __future__ import annotations

from typing import Any, Literal

import optuna
import pandas as pd
from optuna.trial import FrozenTrial, TrialState

from data.errors import InputError
from hpo.budget import is_infeasible
from hpo.space import config_of
from hpo.study import StudyConfig
from model.config import RunConfig
from model.config_file import to_toml

NOT_IN_TABLE = frozenset({"versions", "error", "failure", "worker", "heartbeat", "deaths"})
"""Trial attributes that are no single value, or of no use outside the study."""


def export(study: optuna.Study, config: StudyConfig, form: Literal["toml", "json", "csv"]) -> str:
    """The best trial's configuration ("toml", "json"), or all trials as a table ("csv").

    Raises:
        InputError: no trial is complete yet.
    """
    best = best_trials(study, 1)
    if not best:
        raise InputError(f"study {config.name}: no trial is complete yet, nothing to export")
    if form == "csv":
        return trials_csv(study)
    exported = trial_config(config, best[0])
    return to_toml(exported) if form == "toml" else exported.model_dump_json(indent=2) + "\n"


def best_trials(study: optuna.Study, count: int) -> list[FrozenTrial]:
    """The best complete trials whose network exists, best first; the earlier one of two equals."""
    complete = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    feasible = [trial for trial in complete if not is_infeasible(trial)]
    return sorted(feasible, key=lambda trial: (-trial.values[0], trial.number))[:count]


def trial_config(config: StudyConfig, trial: FrozenTrial) -> RunConfig:
    """The configuration a trial was trained with, its seed included."""
    return config_of(config, trial.params, trial.user_attrs["seed"])


def trials_csv(study: optuna.Study) -> str:
    """One row a trial: number, state, value, what is recorded of it, parameters."""
    trials = study.get_trials(deepcopy=False)
    return pd.DataFrame([_row(trial) for trial in trials]).to_csv(index=False)


def _row(trial: FrozenTrial) -> dict[str, Any]:
    state = "infeasible" if is_infeasible(trial) else trial.state.name.lower()
    attributes = {k: v for k, v in trial.user_attrs.items() if k not in NOT_IN_TABLE}
    return {
        "number": trial.number,
        "state": state,
        "value": trial.values[0] if trial.values else None,
        "epochs": len(trial.intermediate_values),
        **attributes,
        **trial.params,
    }
