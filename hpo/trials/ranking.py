"""Rankings of a study's trials: the best, and those that are worth their cost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import optuna
from optuna.trial import FrozenTrial, TrialState

from hpo.study.definition import Cost, StudyConfig
from hpo.study.objectives import Front, OnFront
from hpo.trials.attributes import TrialRecord
from hpo.trials.configuration import own_trials
from hpo.trials.outcome import accuracy_of, complete_trials, has_diverged, state_of


def best_trials(
    study: optuna.Study, config: StudyConfig, count: int | None = None
) -> list[FrozenTrial]:
    """The complete trials of a study, best first; of two equal ones the earlier first.

    With a second objective those of its Pareto front come first, the most accurate first, and then
    the others. Trials that another program added are passed over.

    Args:
        study: the study.
        config: its definition.
        count: number of trials at most; None takes all.

    Example:
        >>> from hpo.study.file import load_study
        >>> study = optuna.create_study(direction="maximize")
        >>> for value in (0.7, 0.9, 0.8):
        ...     study.add_trial(optuna.create_trial(value=value, user_attrs={"seed": 1}))
        >>> [trial.number for trial in best_trials(study, load_study("default"), 2)]
        [1, 2]
    """
    complete = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    own = own_trials(complete_trials(complete), config)
    ranked = sorted(own, key=lambda trial: (-trial.values[0], trial.number))
    if config.second_objective is not None:
        on_front = _front(ranked, config.second_objective)[::-1]
        numbers = {trial.number for trial in on_front}
        ranked = [*on_front, *(trial for trial in ranked if trial.number not in numbers)]
    return ranked[:count]


def finalists(study: optuna.Study, config: StudyConfig) -> list[FrozenTrial]:
    """The trials to train again: the best complete ones, and where they are too few, pruned ones.

    A pruner may leave fewer complete trials than `config.finish.finalists`. Then the best of those
    that came farthest follow, if any trial is complete: each is trained anew anyway. Those whose
    loss was not finite follow last.
    """
    complete = best_trials(study, config, config.finish.finalists)
    if not complete:
        return []
    pruned = study.get_trials(deepcopy=False, states=(TrialState.PRUNED,))
    others = best_first(own_trials(pruned, config))
    return [*complete, *others[: config.finish.finalists - len(complete)]]


def best_first(trials: Iterable[FrozenTrial]) -> list[FrozenTrial]:
    """The trials that ended with an accuracy, best first.

    Complete trials come before pruned ones, and pruned ones with more epochs before those with
    fewer, for accuracies after few epochs cannot be compared with those after many. Those whose
    loss was not finite come last: no other trial stopped them, so they may have many epochs.
    """

    def merit(trial: FrozenTrial) -> tuple[bool, bool, int, float, float]:
        complete = trial.state is TrialState.COMPLETE
        epochs = 0 if complete else len(trial.intermediate_values)
        cost = trial.values[1] if complete and len(trial.values) > 1 else 0.0
        return complete, not has_diverged(trial), epochs, accuracy_of(trial) or 0.0, -cost

    ended = [trial for trial in trials if state_of(trial) in ("complete", "pruned")]
    with_accuracy = [trial for trial in ended if accuracy_of(trial) is not None]
    return sorted(with_accuracy, key=merit, reverse=True)


def pareto_front(study: optuna.Study, config: StudyConfig, cost: Cost) -> list[FrozenTrial]:
    """The Pareto front: complete trials that no cheaper trial matches, cheapest first.

    Args:
        study: the study.
        config: its definition.
        cost: number of the network's parameters, or seconds of its training.

    Example:
        >>> from hpo.study.file import load_study
        >>> study = optuna.create_study(direction="maximize")
        >>> for value, parameters in ((0.7, 10), (0.9, 30), (0.8, 40)):
        ...     known = {"parameters": parameters, "seed": 1}
        ...     study.add_trial(optuna.create_trial(value=value, user_attrs=known))
        >>> [trial.number for trial in pareto_front(study, load_study("default"), "parameters")]
        [0, 1]
    """
    return _front(best_trials(study, config), cost)


def front(study: optuna.Study, config: StudyConfig) -> Front | None:
    """The Pareto front of accuracy and the study's second objective; None if it has none."""
    if config.second_objective is None:
        return None
    cost = config.second_objective
    trials = [
        OnFront(number=trial.number, value=trial.values[0], cost=trial.values[1])
        for trial in pareto_front(study, config, cost)
    ]
    return Front(cost=cost, trials=trials)


def _front(trials: Sequence[FrozenTrial], cost: Cost) -> list[FrozenTrial]:
    """Of complete trials those that no cheaper one matches, cheapest first."""
    with_cost = [
        (spent, -trial.values[0], trial.number, trial)
        for trial in trials
        if (spent := _cost(trial, cost)) is not None
    ]
    found: list[FrozenTrial] = []
    for *_, trial in sorted(with_cost):
        if not found or trial.values[0] > found[-1].values[0]:
            found.append(trial)
    return found


def _cost(trial: FrozenTrial, cost: Cost) -> float | None:
    record = TrialRecord.of(trial)
    if cost == "parameters":
        return record.parameters
    assert cost == "seconds", cost
    return record.seconds
