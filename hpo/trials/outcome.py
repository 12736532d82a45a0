"""Outcome of a trial: its state, the accuracy that it reached, and both in words."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from optuna.trial import FrozenTrial, TrialState

from hpo.study.constraints import SHORTFALL
from hpo.trials.attributes import TrialRecord

OTHERS_DID_BETTER = "others did better"
"""Reason for which a trial was pruned, if it stores no other."""
LOSS_OF_EPOCH = "the loss of epoch"
"""Beginning of the reason of a trial that was pruned since its loss is not finite."""


def is_infeasible(trial: FrozenTrial) -> bool:
    """Whether a finished trial's network cannot exist, or it exceeds a constraint of its study."""
    return trial.state is TrialState.COMPLETE and any(v > 0 for v in trial.constraints.values())


def state_of(trial: FrozenTrial) -> str:
    """State of a trial: complete, pruned, running, waiting, failed or infeasible.

    A trial is infeasible whose network cannot exist, or that exceeds a constraint of its study;
    Optuna calls it complete. So it does one with an infinite value, as only other programs add it;
    here that failed, as one without a number does for Optuna too.

    Example:
        >>> import optuna
        >>> state_of(optuna.create_trial(state=TrialState.FAIL))
        'failed'
    """
    if is_infeasible(trial):
        return "infeasible"
    if trial.state is TrialState.FAIL or _is_infinite(trial):
        return "failed"
    return trial.state.name.lower()


def complete_trials(trials: Sequence[FrozenTrial]) -> list[FrozenTrial]:
    """The complete trials, which were trained to their end."""
    return [trial for trial in trials if state_of(trial) == "complete"]


def accuracy_of(trial: FrozenTrial) -> float | None:
    """Best validation accuracy over a trial's epochs, 0 to 1; None if it has none.

    For a trial that was pruned or still runs: over the epochs that it has trained.
    """
    if is_infeasible(trial) or _is_infinite(trial):
        return None
    if trial.state is TrialState.COMPLETE:
        value: float = trial.values[0]
        return value
    return max(filter(isfinite, trial.intermediate_values.values()), default=None)


def has_diverged(trial: FrozenTrial) -> bool:
    """Whether a trial was pruned since its loss is not finite, by the reason that it stores.

    Example:
        >>> import optuna
        >>> reason = {"reason": "the loss of epoch 7 is nan"}
        >>> has_diverged(optuna.create_trial(state=TrialState.PRUNED, user_attrs=reason))
        True
    """
    reason = TrialRecord.of(trial).reason or ""
    return trial.state is TrialState.PRUNED and reason.startswith(LOSS_OF_EPOCH)


def why_infeasible(trial: FrozenTrial) -> str:
    """Why a trial is infeasible, in words.

    Example:
        >>> import optuna
        >>> big = {"reason": "infeasible: 9,000 parameters, constraints.parameters allows 5,000"}
        >>> trial = optuna.create_trial(value=0.0, user_attrs=big, constraints={"parameters": 0.6})
        >>> why_infeasible(trial)
        'infeasible: 9,000 parameters, constraints.parameters allows 5,000'
    """
    if trial.constraints.get(SHORTFALL, 0) > 0:
        return "infeasible: its network cannot exist"
    reason = TrialRecord.of(trial).reason or "infeasible: exceeds a constraint"
    epochs = len(trial.intermediate_values)
    return reason.replace("infeasible", f"infeasible after epoch {epochs}", 1) if epochs else reason


def in_words(trial: FrozenTrial) -> str:
    """Outcome of a trial that ended, in words.

    Example:
        >>> import optuna
        >>> record, epochs = {"standard_error": 0.004, "seconds": 41.2}, {1: 0.751, 2: 0.872}
        >>> trial = optuna.create_trial(value=0.872, intermediate_values=epochs, user_attrs=record)
        >>> in_words(trial)
        '87.2% ± 0.4% (best of 2 epochs, 41 s)'
    """
    record, state, epochs = TrialRecord.of(trial), state_of(trial), len(trial.intermediate_values)
    if state == "failed":
        infinite = f"its value is {max(trial.values, key=abs)}" if _is_infinite(trial) else ""
        error = (record.error or infinite).strip()
        return f"failed: {error.splitlines()[-1] if error else 'no reason recorded'}"
    if state == "infeasible":
        return why_infeasible(trial)
    if state == "pruned":
        return f"pruned after epoch {epochs}: {record.reason or OTHERS_DID_BETTER}"
    error_of_value = "" if record.standard_error is None else f" ± {record.standard_error:.1%}"
    took = "" if record.seconds is None else f", {record.seconds:.0f} s"
    if len(trial.values) > 1 and record.parameters is not None:
        took += f", {record.parameters:,} parameters"
    return f"{trial.values[0]:.1%}{error_of_value} (best of {epochs} epochs{took})"


def _is_infinite(trial: FrozenTrial) -> bool:
    return trial.state is TrialState.COMPLETE and not all(map(isfinite, trial.values))
