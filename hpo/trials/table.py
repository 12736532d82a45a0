"""A study's trials as a table, one row for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import optuna
from optuna.trial import FrozenTrial

from hpo.trials.attributes import NOT_FOR_EXPORT
from hpo.trials.outcome import state_of

if TYPE_CHECKING:
    import pandas as pd


def trials_csv(study: optuna.Study) -> str:
    """All trials of a study as CSV, see `trial_table`."""
    return trial_table(study.get_trials(deepcopy=False)).to_csv(index=False)


def trial_table(trials: Sequence[FrozenTrial]) -> pd.DataFrame:
    """A table of trials, one row for each: number, state, value, epochs, attributes, parameters.

    Columns of parameters have their names in the storage, but for "epochs": the column "epochs" is
    the number of epochs trained, the parameter's is "train.epochs". Attributes and parameters are
    sorted by name, for databases give them in any order. A column in which other
    programs' trials have values of several types is text.

    Example:
        >>> trial = optuna.create_trial(value=0.5, user_attrs={"seed": 7})
        >>> trial_table([trial]).to_dict("records")
        [{'number': -1, 'state': 'complete', 'value': 0.5, 'epochs': 0, 'seed': 7}]
    """
    import pandas as pd  # here, for it takes long, and most commands make no table

    table = pd.DataFrame([_row(trial) for trial in trials])
    for name in table:
        if not pd.api.types.is_object_dtype(table[name]):
            continue
        if {type(value) for value in table[name].dropna()} not in (set(), {str}, {bool}):
            table[name] = table[name].map(str, na_action="ignore")
    return table


def _row(trial: FrozenTrial) -> dict[str, Any]:
    own = {
        "number": trial.number,
        "state": state_of(trial),
        "value": trial.values[0] if trial.values else None,
        "epochs": len(trial.intermediate_values),
    }
    attributes = {
        _written(name): _written(value)
        for name, value in sorted(trial.user_attrs.items())
        if name not in NOT_FOR_EXPORT and not isinstance(value, dict | list)
    }
    parameters = {
        # `epochs` is how many were trained: a parameter of that name has the one of its key.
        "train.epochs" if name == "epochs" else _written(name): _written(value)
        for name, value in sorted(trial.params.items())
    }
    # Another program may call an attribute or a parameter as a column, or the one as the other.
    first = own | {name: value for name, value in attributes.items() if name not in own}
    return first | {
        f"parameter {name}" if name in own else name: value for name, value in parameters.items()
    }


def _written(value: Any) -> Any:  # noqa: ANN401
    """Text as a file can hold it: half a surrogate pair, which JSON may have, is written out."""
    return value.encode(errors="backslashreplace").decode() if isinstance(value, str) else value
