"""What became of a trial, and which of two did better."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite

from optuna.trial import FrozenTrial, TrialState

from hpo.trials.budget import is_infeasible


def state_of(trial: FrozenTrial) -> str:
    """complete, pruned, running, waiting, failed; or infeasible: a network that cannot exist."""
    if is_infeasible(trial):
        return "infeasible"
    return "failed" if trial.state is TrialState.FAIL else trial.state.name.lower()


def accuracy_of(trial: FrozenTrial) -> float | None:
    """The best validation accuracy of a trial's epochs, 0 to 1; None where there was none.

    Of one that was pruned, or still runs: as far as it came.
    """
    if is_infeasible(trial):
        return None
    if trial.state is TrialState.COMPLETE:
        return trial.value
    return max(filter(isfinite, trial.intermediate_values.values()), default=None)


def best_first(trials: Iterable[FrozenTrial]) -> list[FrozenTrial]:
    """The trials that ended with an accuracy, in the order of how well they did.

    Accuracies after few epochs are not those after many: complete trials come before pruned ones,
    and of these the ones that were let go on for longer come first.
    """

    def merit(trial: FrozenTrial) -> tuple[bool, int, float]:
        complete = trial.state is TrialState.COMPLETE
        epochs = 0 if complete else len(trial.intermediate_values)
        return complete, epochs, accuracy_of(trial) or 0.0

    ended = [trial for trial in trials if state_of(trial) in ("complete", "pruned")]
    with_accuracy = [trial for trial in ended if accuracy_of(trial) is not None]
    return sorted(with_accuracy, key=merit, reverse=True)
