"""What is said to be left of a study, against what it then takes."""

from __future__ import annotations

import time
from datetime import timedelta

import numpy as np
import optuna
import pytest
from optuna.trial import FrozenTrial, TrialState

from hpo.study.definition import FinishConfig, StudyConfig
from hpo.study.file import load_study
from hpo.study.pruners import make_pruner, may_prune
from hpo.study.space import most_epochs, sample
from hpo.trials.forecast import Forecast, Standing, forecast, pictures_of_epoch

EPOCH, BETWEEN = 3.0, 1.0
"""Seconds of an epoch, a sixth of it validation, and between two trials."""


@pytest.fixture
def config() -> StudyConfig:
    finish = FinishConfig(finalists=2, seeds=2, epochs=20)
    return load_study("quick").model_copy(update={"trials": 30, "finish": finish})


@pytest.fixture
def study(config: StudyConfig) -> optuna.Study:
    return optuna.create_study(direction="maximize", pruner=make_pruner(config))


def begin(study: optuna.Study, config: StudyConfig) -> optuna.Trial:
    trial = study.ask()
    run = sample(trial, config, seed=trial.number)
    trial.set_user_attr("seed", trial.number)
    trial.set_user_attr("worker", f"here:{trial.number}:0")
    trial.set_user_attr("pictures_per_second", pictures_of_epoch(run.train) / (EPOCH * 5 / 6))
    return trial


def train(study: optuna.Study, config: StudyConfig, dice: np.random.Generator) -> float:
    """Trains a trial of random accuracy to its end, without the work; its seconds."""
    trial, merit = begin(study, config), dice.normal()
    trial.set_user_attr("worker", "here:0:0")
    done, pruned = 0, False
    while done < most_epochs(config) and not pruned:
        done += 1
        trial.report(merit + done, done)
        pruned = may_prune(config, done) and trial.should_prune()
    trial.set_user_attr("seconds", done * EPOCH)
    study.tell(trial, None if pruned else merit + done, TrialState.PRUNED if pruned else None)
    return done * EPOCH + BETWEEN


def as_on_a_clock(trials: list[FrozenTrial]) -> list[FrozenTrial]:
    """The trials as if their training had taken the time that they tell of."""
    for trial in trials:
        if trial.state.is_finished() and trial.datetime_start is not None:
            took = trial.user_attrs["seconds"] + BETWEEN
            trial.datetime_complete = trial.datetime_start + timedelta(seconds=took)
    return trials


@pytest.mark.parametrize("seed", range(4))
def test_after_a_fifth_it_is_within_a_quarter_of_the_truth(
    study: optuna.Study, config: StudyConfig, seed: int
) -> None:
    dice, took, said = np.random.default_rng(seed), 0.0, []
    finish = 4 * 20 * EPOCH
    while len(study.trials) < config.trials:
        took += train(study, config, dice)
        found = forecast(as_on_a_clock(study.get_trials()), config)
        assert found is not None
        assert found.retraining == pytest.approx(finish)
        assert found.test == pytest.approx(
            (6 * 2 + 8) * EPOCH / 6
        )  # two seeds; unknown is chosen once
        said.append((took, found))
    assert said[-1][1].search == 0
    whole = took + finish
    for at, found in said:
        if at > whole / 5:
            left = whole - at
            assert found.retraining + found.search == pytest.approx(left, rel=0.25)


def test_workers_share_the_search_and_the_retraining(
    study: optuna.Study, config: StudyConfig
) -> None:
    dice = np.random.default_rng(0)
    for _ in range(10):
        train(study, config, dice)
    one = forecast(study.get_trials(), config, workers=1)
    two = forecast(study.get_trials(), config, workers=2)
    assert one is not None
    assert two is not None
    assert two.retraining == pytest.approx(one.retraining / 2)
    assert 0.5 < two.search / one.search < 0.7
    assert two.spent == pytest.approx(one.spent / 2)


def test_a_worker_between_two_trials_counts(study: optuna.Study, config: StudyConfig) -> None:
    train(study, config, np.random.default_rng(0))
    other = begin(study, config).user_attrs["worker"]
    trials = study.get_trials()
    alone, both = forecast(trials, config), forecast(trials, config, worker="here:9:9")
    assert alone is not None
    assert both is not None
    assert both.retraining == pytest.approx(alone.retraining / 2)
    assert forecast(trials, config, worker=other) == alone


def test_a_worker_that_has_nothing_left_to_do_retrains_too(
    study: optuna.Study, config: StudyConfig
) -> None:
    """Two workers of a machine: one runs the last trial, the other's ended after that began."""
    before, last = begin(study, config), begin(study, config)
    study.tell(before, state=TrialState.FAIL)
    train(study, config, np.random.default_rng(0))
    trials = study.get_trials()
    ended, running = trials[2], trials[last.number]
    assert (ended.state.is_finished(), running.state) == (True, TrialState.RUNNING)
    both = forecast(trials, config)
    ended.user_attrs["worker"] = "elsewhere:0:0"
    alone = forecast(trials, config)
    ended.user_attrs["worker"] = "here:0:0"
    assert running.datetime_start is not None
    ended.datetime_complete = running.datetime_start - timedelta(seconds=1)
    left_before = forecast(trials, config)
    assert both is not None
    assert alone is not None
    assert left_before is not None
    assert both.retraining == pytest.approx(alone.retraining / 2)
    assert left_before.retraining == pytest.approx(alone.retraining)


def test_where_no_trial_runs_any_more_all_who_trained_to_the_end_retrain(
    study: optuna.Study, config: StudyConfig
) -> None:
    """Two workers of a machine: the last trial began before the other worker's ended."""
    first, last = begin(study, config), begin(study, config)
    for trial in (first, last):
        trial.report(1.0, 1)
        trial.set_user_attr("seconds", EPOCH)
        study.tell(trial, 1.0)
    trials = study.get_trials()
    both = forecast(trials, config)
    trials[last.number].datetime_start = trials[first.number].datetime_complete
    trials[first.number].datetime_complete = trials[first.number].datetime_start
    alone = forecast(trials, config)
    assert both is not None
    assert alone is not None
    assert both.retraining == pytest.approx(alone.retraining / 2)


def test_a_running_trial_that_is_ahead_counts_as_one_to_retrain(
    study: optuna.Study, config: StudyConfig
) -> None:
    train(study, config, np.random.default_rng(0))
    best = study.trials[0].value
    assert best is not None
    slow = begin(study, config)
    slow.set_user_attr("pictures_per_second", 1.0)
    behind = forecast(study.get_trials(), config)
    slow.report(best - 1, 1)
    still_behind = forecast(study.get_trials(), config)
    slow.report(best + 1, 2)
    ahead = forecast(study.get_trials(), config)
    assert behind is not None
    assert still_behind is not None
    assert ahead is not None
    assert still_behind.retraining == behind.retraining
    assert ahead.retraining > 100 * behind.retraining


def test_a_trial_that_sees_fewer_pictures_than_it_asks_for_takes_less_time(
    study: optuna.Study, config: StudyConfig
) -> None:
    trial = begin(study, config)
    usual = forecast(study.get_trials(), config)
    trial.set_user_attr("pictures_per_step", 40)
    speed = trial.user_attrs["pictures_per_second"]
    fewer = forecast(study.get_trials(), config)
    run = sample(trial, config, seed=0)
    part = 40 * run.train.steps_per_epoch / pictures_of_epoch(run.train)
    trial.set_user_attr("pictures_per_step", None)
    trial.set_user_attr("pictures_per_second", speed / part)
    assert usual is not None
    assert fewer is not None
    assert part < 1
    assert fewer.search < usual.search
    assert forecast(study.get_trials(), config) == fewer


def test_the_slowest_of_retrainings_at_the_same_time_decides(
    study: optuna.Study, config: StudyConfig
) -> None:
    dice = np.random.default_rng(0)
    for _ in range(2):
        train(study, config, dice)
    trials = study.get_trials()
    usual = forecast(trials, config, workers=4)
    trials[0].user_attrs["seconds"] *= 2
    slower = forecast(trials, config, workers=4)
    assert usual is not None
    assert slower is not None
    assert slower.retraining == pytest.approx(2 * usual.retraining)


def test_before_any_trial_ended_the_speed_tells(study: optuna.Study, config: StudyConfig) -> None:
    assert forecast([], config) is None
    begin(study, config)
    found = Standing.of(study.get_trials(), config)
    assert (found.done, found.total) == (0, 30)
    assert found.forecast is not None
    assert found.forecast.retraining == pytest.approx(4 * 20 * EPOCH * 5 / 6)
    assert 30 * 2 * EPOCH * 5 / 6 < found.forecast.search < 30 * 8 * EPOCH


def test_a_budget_of_millions_is_foretold_at_once(study: optuna.Study, config: StudyConfig) -> None:
    endless = config.model_copy(update={"trials": 1_000_000, "timeout": 500.0})
    train(study, config, np.random.default_rng(0))
    trained = study.trials[0].user_attrs["seconds"]
    start = time.process_time()
    found = forecast(study.get_trials(), endless, workers=1)
    assert time.process_time() - start < 1
    assert found is not None
    assert found.search == pytest.approx(500 - trained)


def test_the_end_is_the_end() -> None:
    assert Forecast(spent=0, search=0, retraining=0, test=0).part == 0
    assert Forecast(spent=60, search=0, retraining=0, test=0).part == 1
