"""Signs of life."""

import optuna
from taking import taken

from hpo.search.heartbeat import beat
from hpo.study.definition import StudyConfig


def test_a_heartbeat_is_kept_and_one_too_late_does_no_harm(
    study: optuna.Study, config: StudyConfig
) -> None:
    trial = taken(study, config)
    beat(trial)
    assert study.trials[0].user_attrs["heartbeat"].endswith("+00:00")
    study.tell(trial, 0.5)
    before = study.trials[0]
    beat(trial)
    assert study.trials[0] == before
