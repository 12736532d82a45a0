"""Which trials leave a study, and as what: configurations that retrain takes, or a table."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import optuna
import pandas as pd
from optuna.trial import FrozenTrial, TrialState

from data.errors import InputError
from hpo.runtime.files import check_folder, write_bytes, write_text
from hpo.study.definition import StudyConfig
from hpo.study.space import config_of
from hpo.trials.budget import is_infeasible
from model.config import RunConfig
from model.config_file import Form, to_text

TableForm = Literal["csv", "parquet"]
Cost = Literal["parameters", "seconds"]

NOT_IN_TABLE = frozenset({"error", "failure", "worker", "heartbeat"})
"""Trial attributes of no use outside the study."""


@dataclass(frozen=True)
class Selection:
    """Which trials: one by its number, the best so many, or a Pareto front; at most one of these.

    Raises:
        InputError: more than one.
    """

    number: int | None = None
    top: int | None = None
    pareto: Cost | None = None

    def __post_init__(self) -> None:
        if sum(choice is not None for choice in (self.number, self.top, self.pareto)) > 1:
            raise InputError("--trial, --top, --pareto: only one of them")

    @property
    def several(self) -> bool:
        return self.top is not None or self.pareto is not None

    def of(self, study: optuna.Study) -> list[FrozenTrial]:
        """The trials meant; the search's best one where nothing is asked for.

        Raises:
            InputError: there is no such trial, or it has no result.
        """
        if self.number is not None:
            return [_trial(study, self.number)]
        found = best_trials(study, self.top or 1)
        if not found:
            name = study.study_name
            raise InputError(f"study {name}: no trial is complete yet, nothing to export")
        if self.pareto is not None:
            return pareto_front(study, self.pareto)
        if len(found) < (self.top or 1):
            print(
                f"study {study.study_name}: --top {self.top}: only {len(found)} trials are"
                " complete, these are exported",
                file=sys.stderr,
            )
        return found


def best_trials(study: optuna.Study, count: int | None = None) -> list[FrozenTrial]:
    """The best complete trials whose network exists, best first; the earlier one of two equals."""
    complete = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    feasible = [trial for trial in complete if not is_infeasible(trial)]
    return sorted(feasible, key=lambda trial: (-trial.values[0], trial.number))[:count]


def pareto_front(study: optuna.Study, cost: Cost) -> list[FrozenTrial]:
    """The complete trials than which none cheaper is as good, cheapest first.

    Args:
        cost: the network's parameters, or the seconds its training took.
    """
    ordered = sorted(best_trials(study), key=lambda trial: trial.user_attrs[cost])
    front: list[FrozenTrial] = []
    for trial in ordered:  # among equally cheap ones the best comes first: sorting is stable
        if not front or trial.values[0] > front[-1].values[0]:
            front.append(trial)
    return front


def trial_config(config: StudyConfig, trial: FrozenTrial) -> RunConfig:
    """The configuration a trial was trained with, its seed included."""
    return config_of(config, trial.params, trial.user_attrs["seed"])


def export_configs(
    study: optuna.Study, config: StudyConfig, selection: Selection, form: Form, output: Path | None
) -> None:
    """Configurations of trials: one as a file or on stdout, several as a folder of files.

    The folder's files are named rank-01-trial-7.toml and so on, the best or the cheapest first.

    Args:
        output: the file or the folder; None is stdout.

    Raises:
        InputError: no such trial; nothing can be written there; the folder holds other ranks.
    """
    trials = selection.of(study)
    texts = [to_text(trial_config(config, trial), form, config.dataset) for trial in trials]
    if not selection.several:
        _write(texts[0], output, f"the configuration of trial {trials[0].number}")
        return
    if output is None:
        raise InputError("--top, --pareto: several configurations need --output FOLDER")
    check_folder(output)
    names = [f"rank-{i:02d}-trial-{trial.number}.{form}" for i, trial in enumerate(trials, start=1)]
    if other := sorted({path.name for path in output.glob("rank-*")}.difference(names)):
        raise InputError(f"{output}: holds {other[0]} of another export; choose another folder")
    for name, text in zip(names, texts, strict=True):
        write_text(output / name, text)
    _say(output, f"{names[0]}{f' to {names[-1]}' if names[1:] else ''}")


def export_table(
    study: optuna.Study, selection: Selection, form: TableForm, output: Path | None
) -> None:
    """Trials as a table: all of them where nothing is selected. See `export_configs`."""
    chosen = selection.of(study)
    everything = selection == Selection()
    table = trial_table(study.get_trials(deepcopy=False) if everything else chosen)
    about = f"a table of {len(table)} trials"
    if form == "csv":
        _write(table.to_csv(index=False), output, about)
        return
    if output is None:
        raise InputError("--format parquet: needs --output FILE")
    packed = io.BytesIO()
    try:
        table.to_parquet(packed, index=False, engine="pyarrow")
    except ImportError:
        raise InputError(
            "--format parquet: needs the package pyarrow: pip install '.[parquet]'"
        ) from None
    write_bytes(output, packed.getvalue())
    _say(output, about)


def trials_csv(study: optuna.Study) -> str:
    """All trials as a table, see `trial_table`."""
    return trial_table(study.get_trials(deepcopy=False)).to_csv(index=False)


def trial_table(trials: Sequence[FrozenTrial]) -> pd.DataFrame:
    """One row a trial: number, state, value, epochs trained, what is recorded of it, parameters.

    Parameters are called as in the storage; `epochs`, where it is searched, is "train.epochs".
    """
    return pd.DataFrame([_row(trial) for trial in trials])


def _trial(study: optuna.Study, number: int) -> FrozenTrial:
    """A trial that has a result, be it that of the epochs before it was pruned."""
    name, trials = study.study_name, study.get_trials(deepcopy=False)
    if not 0 <= number < len(trials):
        there = f"0 to {len(trials) - 1}" if trials else "none yet"
        raise InputError(f"study {name}: has no trial {number}; there are {there}")
    trial = trials[number]
    state = _state(trial)
    if state not in ("complete", "pruned"):
        became = {"failed": "failed", "infeasible": "is infeasible: its network cannot exist"}
        raise InputError(
            f"study {name}: trial {number} {became.get(state, f'is {state}')};"
            " a complete or a pruned one can be exported"
        )
    return trial


def _state(trial: FrozenTrial) -> str:
    if is_infeasible(trial):
        return "infeasible"
    return "failed" if trial.state is TrialState.FAIL else trial.state.name.lower()


def _row(trial: FrozenTrial) -> dict[str, Any]:
    return {
        "number": trial.number,
        "state": _state(trial),
        "value": trial.values[0] if trial.values else None,
        "epochs": len(trial.intermediate_values),
        **{
            key: value
            for key, value in trial.user_attrs.items()
            if key not in NOT_IN_TABLE and not isinstance(value, dict | list)
        },
        # `epochs` is how many were trained: a parameter of that name has the one of its key.
        **{"train.epochs" if k == "epochs" else k: v for k, v in trial.params.items()},
    }


def _write(text: str, output: Path | None, about: str) -> None:
    if output is None:
        sys.stdout.write(text)
    else:
        write_text(output, text)
        _say(output, about)


def _say(output: Path, about: str) -> None:
    print(f"{output}: {about}", file=sys.stderr)
