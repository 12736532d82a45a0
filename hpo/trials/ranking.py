"""Which trials of a study did best, and which are worth their cost."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import optuna
from optuna.trial import FrozenTrial, TrialState

from hpo.study.definition import StudyConfig
from hpo.trials.attributes import TrialRecord
from hpo.trials.configuration import own_trials
from hpo.trials.outcome import accuracy_of, state_of, trained

Cost = Literal["parameters", "seconds"]


def best_trials(
    study: optuna.Study, config: StudyConfig, count: int | None = None
) -> list[FrozenTrial]:
    """The best complete trials whose network exists, best first; the earlier of two equal ones.

    Trials that another program added are passed over.

    Args:
        study: whose trials.
        config: its definition.
        count: at most; None is all of them.
    """
    complete = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    own = own_trials(trained(complete), config)
    return sorted(own, key=lambda trial: (-trial.values[0], trial.number))[:count]


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


def pareto_front(study: optuna.Study, config: StudyConfig, cost: Cost) -> list[FrozenTrial]:
    """The Pareto front: complete trials that no cheaper trial matches, cheapest first.

    Args:
        study: whose trials.
        config: its definition.
        cost: the network's parameters, or the seconds its training took.
    """
    with_cost = [trial for trial in best_trials(study, config) if _cost(trial, cost) is not None]
    front: list[FrozenTrial] = []
    # Among equally cheap ones the best comes first: sorting is stable.
    for trial in sorted(with_cost, key=lambda trial: _cost(trial, cost) or 0):
        if not front or trial.values[0] > front[-1].values[0]:
            front.append(trial)
    return front


def _cost(trial: FrozenTrial, cost: Cost) -> float | None:
    record = TrialRecord.of(trial)
    return record.parameters if cost == "parameters" else record.seconds
