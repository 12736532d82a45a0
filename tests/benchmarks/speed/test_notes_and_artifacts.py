"""What the measurement of notes and artifacts builds on."""

import optuna
from optuna.trial import TrialState

from benchmarks.speed.artifacts import TIMED, crowd
from hpo.database.note_store import read_note, replace_note


def test_what_is_timed_is_there() -> None:
    for module, name in TIMED:
        assert callable(getattr(module, name))


def test_a_crowd_is_like_the_trials_with_notes() -> None:
    study = optuna.create_study(direction="maximize")
    for number, pruned in enumerate((False, True)):
        trial = study.ask()
        trial.suggest_float("x", 0, 1)
        trial.report(0.25, 1)
        trial.set_user_attr("seconds", number)
        replace_note(trial, read_note(trial), f"note {number}")
        study.tell(trial, None if pruned else 0.5, TrialState.PRUNED if pruned else None)
    crowd(study, {0: "note 0", 1: "note 1"}, count=3)
    first, second, *others = study.trials
    assert len(others) == 3
    for trial, like in zip(others, (first, second, first), strict=True):
        assert (trial.state, trial.values) == (like.state, like.values)
        assert (trial.params, trial.user_attrs) == (like.params, like.user_attrs)
        assert trial.intermediate_values == like.intermediate_values
    attributes = study._storage.get_study_system_attrs(study._study_id)
    notes = [text for key, text in attributes.items() if key.endswith("note_str:0")]
    assert notes == [f"note {number}" for number in (0, 1, 0, 1, 0)]
