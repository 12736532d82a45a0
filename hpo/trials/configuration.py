"""What a trial was trained with; and the trials that tell nothing of it, as others added them.

Optuna's `add_trial` gives a study trials that no worker of it trained. Their values count in the
budget, and the sampler learns from them. Without a seed, or with parameters of another space,
nobody can train them again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from optuna.trial import FrozenTrial

from data.errors import InputError
from hpo.study.definition import StudyConfig
from hpo.study.parameter import Parameter
from hpo.study.space import config_of, parameters
from hpo.trials.attributes import TrialRecord
from hpo.trials.outcome import state_of
from model.config import RunConfig

NAMED = 5
"""How many trials a line names; of the others it says how many they are."""


def trial_config(config: StudyConfig, trial: FrozenTrial) -> RunConfig:
    """The configuration a trial was trained with, its seed included.

    Raises:
        InputError: another program added the trial: it has no seed, or no value of a parameter.
    """
    lack = _lack(trial, parameters(config))
    if lack is not None:
        raise InputError(
            f"trial {trial.number}: {lack}, so it was not made by a worker of this study"
        )
    seed = TrialRecord.of(trial).seed
    assert seed is not None
    return config_of(config, trial.params, seed)


def own_trials(trials: Iterable[FrozenTrial], config: StudyConfig) -> list[FrozenTrial]:
    """The trials without those that another program added with an accuracy."""
    space = parameters(config)
    return [trial for trial in trials if not _is_foreign(trial, space)]


def foreign_trials(trials: Iterable[FrozenTrial], config: StudyConfig) -> list[FrozenTrial]:
    """The others: complete and pruned trials that nobody can train again."""
    space = parameters(config)
    return [trial for trial in trials if _is_foreign(trial, space)]


def passed_over(numbers: Sequence[int]) -> str:
    """A line on foreign trials of these numbers.

    >>> passed_over([3])
    'passed over, as another program added it: trial 3'
    >>> passed_over([1, 2, 3, 4, 5, 6])
    'passed over, as another program added them: trials 1, 2, 3, 4, 5 and 1 more'
    """
    several = len(numbers) > 1
    named = ", ".join(map(str, numbers[:NAMED]))
    more = f" and {len(numbers) - NAMED} more" if len(numbers) > NAMED else ""
    return (
        f"passed over, as another program added {'them' if several else 'it'}:"
        f" trial{'s' if several else ''} {named}{more}"
    )


def _is_foreign(trial: FrozenTrial, space: Sequence[Parameter]) -> bool:
    return state_of(trial) in ("complete", "pruned") and _lack(trial, space) is not None


def _lack(trial: FrozenTrial, space: Sequence[Parameter]) -> str | None:
    """What keeps anybody from training a trial again; None if nothing does."""
    if TrialRecord.of(trial).seed is None:
        return "has no seed"
    for parameter in space:
        if parameter.name not in trial.params:
            return f"has no {parameter.name}"
        if not parameter.has(value := trial.params[parameter.name]):
            return f"its {parameter.name}, {value!r}, is none of the search space"
    return None
