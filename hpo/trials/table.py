"""A study's trials as a table, one row for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import optuna
import pandas as pd
from optuna.trial import FrozenTrial

from hpo.trials.attributes import NOT_FOR_EXPORT
from hpo.trials.outcome import state_of


def trials_csv(study: optuna.Study) -> str:
    """All trials of a study as CSV, see `trial_table`."""
    return trial_table(study.get_trials(deepcopy=False)).to_csv(index=False)


def trial_table(trials: Sequence[FrozenTrial]) -> pd.DataFrame:
    """A table of trials, one row for each: number, state, value, epochs, attributes, parameters.

    Columns of parameters have their names in the storage, but for "epochs": the column "epochs" is
    the number of epochs trained, the parameter's is "train.epochs".

    Example:
        >>> trial = optuna.create_trial(value=0.5, user_attrs={"seed": 7})
        >>> trial_table([trial]).to_dict("records")
        [{'number': -1, 'state': 'complete', 'value': 0.5, 'epochs': 0, 'seed': 7}]
    """
    return pd.DataFrame([_row(trial) for trial in trials])


def _row(trial: FrozenTrial) -> dict[str, Any]:
    return {
        "number": trial.number,
        "state": state_of(trial),
        "value": trial.values[0] if trial.values else None,
        "epochs": len(trial.intermediate_values),
        **{
            name: value
            for name, value in trial.user_attrs.items()
            if name not in NOT_FOR_EXPORT and not isinstance(value, dict | list)
        },
        # The column "epochs" is taken: the parameter of that name is called by its key.
        **{"train.epochs" if k == "epochs" else k: v for k, v in trial.params.items()},
    }
