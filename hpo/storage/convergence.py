"""Studies that end before their budget is spent, as nothing more is to be gained.

The first worker that finds so stores it with the study, where all workers of all machines read it.
From then on it stands, whatever the trials that still run bring: these are trained to their end.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

import optuna
from optuna.trial import FrozenTrial
from pydantic import ValidationError

from hpo.database.swap import swap
from hpo.study.convergence import Convergence
from hpo.study.definition import StudyConfig
from hpo.trials.budget import (
    UNFINISHED,
    counts,
    first_not_begun,
    is_begun,
    reached_limit,
    visible,
    waits_for,
)
from hpo.trials.expected_gain import expected_gain

CONVERGED = "converged"
"""The study attribute that tells that it has converged, by which rule, and when."""

log = logging.getLogger(__name__)


def convergence(study: optuna.Study, config: StudyConfig) -> Convergence | None:
    """What is stored with the study; None if that is nothing, or was found by another rule."""
    if config.stop is None:
        return None
    try:
        found = Convergence.model_validate(study.user_attrs.get(CONVERGED))
    except ValidationError:
        return None
    return found if found.stop == config.stop else None


def look_for_convergence(
    study: optuna.Study, trials: Sequence[FrozenTrial], config: StudyConfig
) -> None:
    """Stores that the study has converged, if it has by now, and was not found to have before.

    In lockstep it is judged by what the first trial may see that no worker has begun, so that the
    search ends before the same trial, whoever runs it and in whatever order trials end.
    """
    number = first_not_begun(trials)
    if waits_for(number, trials, config) is not None:
        return
    found = _converged(visible(number, trials, config), config)
    if found is None or convergence(study, config) is not None:
        return
    before = study.user_attrs.get(CONVERGED)
    if swap(study, CONVERGED, before, found.model_dump(mode="json")):
        log.info("the study has %s", found.in_words())


def ends_before(number: int, trials: Sequence[FrozenTrial], config: StudyConfig) -> bool:
    """Whether a search in lockstep ends before the trial of this number.

    It is judged anew for this trial, and for those before it that no worker has begun: another
    worker may just be beginning one, or have died of it, and `look_for_convergence` waits for that.
    """
    if config.lockstep is None:
        return False
    not_begun = (n for n, trial in enumerate(trials[:number]) if not is_begun(trial))
    for seen in (visible(n, trials, config) for n in (*not_begun, number)):
        if counts(seen).infeasible >= config.infeasible_budget or _converged(seen, config):
            return True
    return False


def _converged(trials: Sequence[FrozenTrial], config: StudyConfig) -> Convergence | None:
    """That the search ends after these trials, by the study's `stop`; None if it goes on."""
    gain, done = expected_gain(trials, config), counts(trials).done
    if config.stop is None or gain is None or gain >= config.stop.gain or done >= config.trials:
        return None
    return Convergence(stop=config.stop, gain=gain, trials=done)


def end_of_search(
    study: optuna.Study, trials: Sequence[FrozenTrial], config: StudyConfig
) -> str | None:
    """Why no trial may start: the study's budget is spent, or it has converged; None if one may."""
    if (limit := reached_limit(trials, config)) is not None:
        return limit
    found = convergence(study, config)
    return None if found is None else f"{found.in_words()}; the budget is {config.trials}"


def with_trials_to_be_done(
    study: optuna.Study, trials: Sequence[FrozenTrial], config: StudyConfig
) -> StudyConfig:
    """The study's definition, its `trials` the number that will be done in the end: for forecasts.

    That is the budget; of a study that has converged, the trials that are done or were begun.
    """
    if convergence(study, config) is None:
        return config
    begun = [t for t in trials if t.state in UNFINISHED and is_begun(t)]
    return config.model_copy(update={"trials": counts(trials).done + len(begun)})
