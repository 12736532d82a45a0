"""A trial taken as a worker does."""

import optuna

from hpo.search.claims import take_trial
from hpo.study.definition import StudyConfig


def taken(study: optuna.Study, config: StudyConfig) -> optuna.Trial:
    trial = take_trial(study, config, study.get_trials())
    assert trial is not None
    return trial
