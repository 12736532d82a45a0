"""Why a trial was pruned, in words, and by how much others did better."""

from __future__ import annotations

from math import inf, nan

import optuna
import pytest
from optuna.trial import FrozenTrial, TrialState

from hpo.study.definition import StudyConfig
from hpo.study.file import load_study
from hpo.study.pruners import WITH_RUNGS, make_pruner
from hpo.trials.why_pruned import why_pruned

COMPLETE, PRUNED = TrialState.COMPLETE, TrialState.PRUNED


def config(pruner: str) -> StudyConfig:
    base = load_study("glyphs")
    changes = {"name": pruner, "min_epochs": 1, "reduction_factor": 3}
    return base.model_copy(update={"pruner": base.pruner.model_copy(update=changes)})


def others(*values: float) -> list[FrozenTrial]:
    made = [
        optuna.create_trial(
            state=PRUNED if number % 2 else COMPLETE,
            value=None if number % 2 else value,
            intermediate_values={1: value},
        )
        for number, value in enumerate(values)
    ]
    for number, trial in enumerate(made):
        trial.number = number
    return made


@pytest.mark.parametrize(
    ("pruner", "said"),
    [
        ("successive-halving", "by 20.0 points (40.0%; 60.0% would have passed)"),
        ("guarded-halving", "by 29.0 points (40.0%; 69.0% would have passed)"),
        ("median", "by 15.0 points (40.0%; 55.0% would have passed)"),
        ("hyperband", "by up to 30.0 points"),
    ],
)
def test_it_is_told_by_the_pruners_rule(pruner: str, said: str) -> None:
    trials = others(0.7, 0.6, 0.4, 0.3, 0.55)
    assert why_pruned(9, 1, 0.4, trials, config(pruner)) == f"others did better {said}"


def test_a_trial_that_exceeds_a_constraint_counts_for_no_rule() -> None:
    (too_slow,) = others(0.99)
    too_slow.number, too_slow.system_attrs = 5, {"constraints:training seconds": 1.0}
    trials = [*others(0.7, 0.6, 0.4, 0.3, 0.55), too_slow]
    for pruner, said in (
        ("guarded-halving", "29.0 points (40.0%; 69.0% would have passed)"),
        ("successive-halving", "20.0 points (40.0%; 60.0% would have passed)"),
        ("median", "15.0 points (40.0%; 55.0% would have passed)"),
        ("hyperband", "by up to 30.0 points"),
    ):
        assert said in why_pruned(9, 1, 0.4, trials, config(pruner))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.8, "3 of 3 passed this rung, as many as may"),
        (0.4, "others did better by 30.0 points, and 3 of 3 passed this rung, as many as may"),
    ],
)
def test_where_as_many_have_passed_as_may_it_says_so(value: float, said: str) -> None:
    trials = others(0.7, 0.6, 0.5)
    for trial in trials:
        trial.state, trial.value = COMPLETE, trial.intermediate_values[1]
    assert why_pruned(9, 1, value, trials, config("guarded-halving")) == said


@pytest.mark.parametrize("foreign", [inf, -inf, nan])
@pytest.mark.parametrize("pruner", WITH_RUNGS)
def test_what_is_not_finite_is_ahead_of_none_by_the_rule_and_in_its_words(
    pruner: str, foreign: float
) -> None:
    """As another program may report it."""
    study_config = config(pruner)
    for value in (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8):
        study = optuna.create_study(
            direction="maximize", study_name="one", pruner=make_pruner(study_config)
        )
        study.add_trial(optuna.create_trial(value=0.9, intermediate_values={1: foreign}))
        for before in (0.3, 0.5, 0.4, 0.6, 0.7):
            trial = study.ask()
            trial.report(before, 1)
            stopped = trial.should_prune()
            study.tell(trial, state=PRUNED) if stopped else study.tell(trial, before)
        last = study.ask()
        last.report(value, 1)
        said = why_pruned(last.number, 1, value, study.trials, study_config)
        assert "inf" not in said
        assert "nan" not in said
        if pruner != "hyperband":  # whose words tell no bar
            assert last.should_prune() is ("would have passed" in said or "as many as" in said)


def test_without_others_nothing_is_made_up() -> None:
    assert why_pruned(9, 1, 0.4, [], config("median")) == "others did better"


def test_what_would_have_passed_does_pass() -> None:
    """Optuna's rule itself prunes just below the bar that is told, and not at it."""
    study_config = config("successive-halving")
    for value, pruned in ((0.599, True), (0.6, False)):
        study = optuna.create_study(direction="maximize", pruner=make_pruner(study_config))
        for before in (0.7, 0.6, 0.4, 0.3, 0.55):
            trial = study.ask()
            trial.report(before, 1)
            trial.should_prune()
            study.tell(trial, before)
        last = study.ask()
        last.report(value, 1)
        assert last.should_prune() is pruned
        if pruned:
            said = why_pruned(last.number, 1, value, study.trials, study_config)
            assert "60.0% would have passed" in said
