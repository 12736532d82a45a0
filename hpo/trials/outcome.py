"""What became of a trial: its state, the accuracy it reached, and both in a few words."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from optuna.trial import FrozenTrial, TrialState

from hpo.trials.attributes import TrialRecord

WHY_PRUNED = "others did better"
"""Why a trial was pruned that stores no other reason."""


def is_infeasible(trial: FrozenTrial) -> bool:
    """Whether a finished trial proposed a network that cannot exist."""
    return trial.state is TrialState.COMPLETE and any(v > 0 for v in trial.constraints.values())


def state_of(trial: FrozenTrial) -> str:
    """complete, pruned, running, waiting, failed; or infeasible: a network that cannot exist.

    >>> import optuna
    >>> state_of(optuna.create_trial(state=TrialState.FAIL))
    'failed'
    """
    if is_infeasible(trial):
        return "infeasible"
    return "failed" if trial.state is TrialState.FAIL else trial.state.name.lower()


def trained(trials: Sequence[FrozenTrial]) -> list[FrozenTrial]:
    """The trials that were trained to their end."""
    return [trial for trial in trials if state_of(trial) == "complete"]


def accuracy_of(trial: FrozenTrial) -> float | None:
    """The best validation accuracy of a trial's epochs, 0 to 1; None where there was none.

    That of a trial which was pruned, or still runs, is the best of the epochs it trained.
    """
    if is_infeasible(trial):
        return None
    if trial.state is TrialState.COMPLETE:
        return trial.value
    return max(filter(isfinite, trial.intermediate_values.values()), default=None)


def in_words(trial: FrozenTrial) -> str:
    """How a trial ended, such as "87.2% ± 0.4% (best of 9 epochs, 41 s)"."""
    record, state, epochs = TrialRecord.of(trial), state_of(trial), len(trial.intermediate_values)
    if state == "failed":
        error = (record.error or "").strip()
        return f"failed: {error.splitlines()[-1] if error else 'no reason recorded'}"
    if state == "infeasible":
        return "infeasible, not trained"
    if state == "pruned":
        return f"pruned after epoch {epochs}: {record.reason or WHY_PRUNED}"
    error_of_value = "" if record.standard_error is None else f" ± {record.standard_error:.1%}"
    took = "" if record.seconds is None else f", {record.seconds:.0f} s"
    return f"{trial.values[0]:.1%}{error_of_value} (best of {epochs} epochs{took})"
