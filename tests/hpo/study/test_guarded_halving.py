"""Which trials pass a rung of guarded successive halving."""

from __future__ import annotations

from math import inf, nan

import numpy as np
import optuna
import pytest
from optuna.pruners import BasePruner, SuccessiveHalvingPruner
from optuna.trial import TrialState

from hpo.study.guarded_halving import GuardedHalvingPruner

FACTOR = 3


def study_with(pruner: BasePruner | None = None) -> optuna.Study:
    made = pruner or GuardedHalvingPruner(min_resource=2, reduction_factor=FACTOR)
    return optuna.create_study(direction="maximize", pruner=made)


def passes(study: optuna.Study, value: float, rung: int = 2) -> bool:
    """Whether a new trial passes the rung with this value; it is pruned, or goes on running."""
    trial = study.ask()
    trial.report(value, rung)
    if trial.should_prune():
        study.tell(trial, state=TrialState.PRUNED)
        return False
    return True


def complete(study: optuna.Study, at_the_rung: float, value: float) -> None:
    trial = study.ask()
    trial.report(at_the_rung, 2)
    trial.report(value, 6)
    study.tell(trial, value)


@pytest.mark.parametrize("gain", [0.02, 0.05])
def test_of_a_sampler_that_gets_better_as_many_pass_as_of_a_random_one(gain: float) -> None:
    def share(pruner: BasePruner, gain: float) -> float:
        dice, study = np.random.default_rng(0), study_with(pruner)
        passed = [passes(study, dice.normal() + gain * number, 2) for number in range(150)]
        return float(np.mean(passed[50:]))

    guarded, usual = (
        kind(min_resource=2, reduction_factor=FACTOR)
        for kind in (GuardedHalvingPruner, SuccessiveHalvingPruner)
    )
    assert share(usual, gain) > 0.6
    assert share(guarded, gain) < 0.45
    assert 0.2 < share(guarded, 0.0) < 0.36


def test_a_trial_far_behind_the_best_complete_one_is_stopped() -> None:
    study = study_with()
    complete(study, at_the_rung=0.8, value=0.9)
    complete(study, at_the_rung=0.5, value=0.6)
    for value in (0.1, 0.2, 0.3, 0.4):
        passes(study, value)
    assert not passes(study, 0.785)
    assert passes(study, 0.795)


def test_the_best_complete_trial_counts_not_the_best_at_the_rung() -> None:
    study = study_with()
    complete(study, at_the_rung=0.5, value=0.9)
    complete(study, at_the_rung=0.8, value=0.6)
    for value in (0.1, 0.2, 0.3, 0.4):
        passes(study, value)
    assert passes(study, 0.6)


@pytest.mark.parametrize("value", [inf, -inf])
def test_an_infinite_value_is_that_of_no_complete_trial(value: float) -> None:
    """As another program may add one."""
    study = study_with()
    study.add_trial(optuna.create_trial(value=value, intermediate_values={2: 0.8}))
    for behind in (0.1, 0.2, 0.3, 0.4):
        passes(study, behind)
    assert passes(study, 0.785)


def test_the_first_trial_and_each_that_is_better_pass() -> None:
    study = study_with()
    assert [passes(study, value) for value in (0.1, 0.2, 0.15, 0.3)] == [True, True, False, True]


@pytest.mark.parametrize("factor", [2, 3, 9])
@pytest.mark.parametrize("ends", [TrialState.COMPLETE, TrialState.PRUNED, None])
def test_no_more_pass_than_the_rule_intends_however_fast_a_sampler_learns(
    factor: int, ends: TrialState | None
) -> None:
    """Each trial is the best so far, and is complete, stopped later, or still running."""
    study = study_with(GuardedHalvingPruner(min_resource=2, reduction_factor=factor))
    passed = 0
    for number in range(60):
        trial = study.ask()
        trial.report(0.01 * number, 2)
        if trial.should_prune():
            study.tell(trial, state=TrialState.PRUNED)
            continue
        passed += 1
        assert passed <= 2 + (number + 1) // factor
        if ends is not None:
            trial.report(0.01 * number, 3)
            study.tell(trial, 0.01 * number if ends is TrialState.COMPLETE else None, state=ends)
    assert passed >= 60 // factor


@pytest.mark.parametrize(("step", "stopped"), [(1, False), (2, True), (3, False), (6, True)])
def test_it_decides_at_rungs_alone(step: int, stopped: bool) -> None:
    study = study_with()
    for _ in range(5):
        trial = study.ask()
        trial.report(0.9, step)
    assert passes(study, 0.1, step) is not stopped


@pytest.mark.parametrize("value", [nan, inf, -inf])
def test_what_is_no_finite_number_is_stopped(value: float) -> None:
    assert not passes(study_with(), value)


@pytest.mark.parametrize("foreign", [nan, inf, -inf])
def test_of_others_what_is_no_finite_number_is_the_worst(foreign: float) -> None:
    """As another program may report it, of a trial that is complete or is not."""
    study = study_with()
    study.add_trial(optuna.create_trial(value=0.9, intermediate_values={2: foreign}))
    for state in (TrialState.RUNNING, TrialState.PRUNED):
        study.add_trial(optuna.create_trial(state=state, intermediate_values={2: foreign}))
    assert [passes(study, value) for value in (0.1, 0.05, 0.2)] == [True, False, True]


def test_trials_that_exceed_a_constraint_do_not_count() -> None:
    """One that takes too long ends complete, however good it was at its first rung."""
    study = study_with()
    for _ in range(3):
        slow = study.ask()
        slow.set_constraint("training seconds", 0.5)
        slow.report(0.9, 2)
        study.tell(slow, 0.9)
    assert passes(study, 0.5)
