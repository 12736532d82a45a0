"""A search of two objectives: accuracy against what a network, or its training, costs."""

from __future__ import annotations

import warnings
from math import inf, isnan
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.trial import TrialState
from short_search import Disturbed, config_with, objective_in, opened, outcome, searched

from data.errors import InputError
from data.splits import SearchData
from hpo.console.progress import Progress
from hpo.database.opening import open_storage
from hpo.search.loop import search
from hpo.search.warm_start import warm_start
from hpo.storage.studies import open_study
from hpo.storage.workspace import Workspace, default_url
from hpo.study.definition import StudyConfig
from hpo.study.space import parameters
from hpo.trials.budget import counts
from hpo.trials.outcome import state_of
from hpo.trials.ranking import best_first, best_trials, finalists, front, pareto_front


def two_with(cost: str = "parameters", **changes: Any) -> StudyConfig:  # noqa: ANN401
    of_two = {"name": "two", "second_objective": cost, "pruner": {"name": "none"}}
    return config_with(**of_two | changes)


def numbers(trials: list[optuna.trial.FrozenTrial]) -> list[int]:
    return [trial.number for trial in trials]


@pytest.mark.parametrize("sampler", ["tpe", "gp", "nsga2", "random"])
def test_a_search_finds_the_front_that_optuna_finds(
    sampler: str, data: SearchData, tmp_path: Path
) -> None:
    config = two_with(sampler={"name": sampler, "startup_trials": 2})
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)  # GPSampler has one of costs that are infinite
        searched(config, data, tmp_path)
    study = opened(config, tmp_path)
    assert study.metric_names == ["one-shot validation accuracy", "parameters"]
    assert counts(study.trials).complete == 5
    assert counts(study.trials).failed == 0
    for trial in best_trials(study, config):
        accuracy, cost = trial.values
        assert accuracy == max(trial.intermediate_values.values())
        assert len(trial.intermediate_values) == 3  # reported, though nothing prunes
        assert cost == trial.user_attrs["parameters"]
    on_front = pareto_front(study, config, "parameters")
    assert sorted(numbers(on_front)) == sorted(numbers(study.best_trials))
    found = front(study, config)
    assert found is not None
    assert [trial.number for trial in found.trials] == numbers(on_front)
    assert [trial.cost for trial in found.trials] == sorted(t.values[1] for t in on_front)


def test_seconds_are_those_that_the_trial_trained(data: SearchData, tmp_path: Path) -> None:
    config = two_with("seconds", trials=2, sampler={"name": "random"})
    trials = searched(config, data, tmp_path)
    complete = [trial for trial in trials if state_of(trial) == "complete"]
    assert [trial.values[1] for trial in complete] == [t.user_attrs["seconds"] for t in complete]


def test_the_front_comes_first_the_most_accurate_before_the_others(tmp_path: Path) -> None:
    config = two_with(finish={"finalists": 3})
    study = opened(config, tmp_path)
    for accuracy, cost in ((0.5, 10), (0.8, 40), (0.9, 30), (0.7, 20), (0.9, 35)):
        known = {"seed": 1, "parameters": cost}
        params, distributions = _some_parameters(config)
        study.add_trial(
            optuna.create_trial(
                values=[accuracy, cost],
                user_attrs=known,
                params=params,
                distributions=distributions,
            )
        )
    assert numbers(best_trials(study, config)) == [2, 3, 0, 4, 1]
    assert numbers(finalists(study, config)) == [2, 3, 0]
    assert numbers(best_first(study.trials))[:2] == [2, 4]  # of two equal ones the cheaper


def _some_parameters(config: StudyConfig) -> tuple[dict[str, Any], dict[str, Any]]:
    """Values of a study's parameters, and their distributions."""
    distributions = {p.name: p.distribution for p in parameters(config)}
    return {p.name: p.values[0] for p in parameters(config)}, distributions


def test_what_is_infeasible_costs_infinitely_much(data: SearchData, tmp_path: Path) -> None:
    config = two_with(trials=3, constraints={"parameters": 30_000})
    searched(config, data, tmp_path)
    study = opened(config, tmp_path)
    infeasible = [trial for trial in study.trials if state_of(trial) == "infeasible"]
    assert infeasible
    assert all(trial.values == [0.0, inf] for trial in infeasible)
    assert counts(study.trials).complete == 3
    assert {trial.values[1] <= 30_000 for trial in best_trials(study, config)} == {True}


def test_a_loss_that_is_not_finite_stops_its_trial_alone(data: SearchData, tmp_path: Path) -> None:
    """Optuna's TPE fails on a pruned trial of two objectives whose last epoch has a value."""
    config = two_with(trials=4, sampler={"name": "tpe", "startup_trials": 1})
    rate = {"low": 1e-3, "high": 10.0, "log": True}
    train = {"layers": {"learning_rate": rate, "l2": 1.0}, "steps_per_epoch": 30, "epochs": 3}
    config = config.model_copy(update={"train": config.train | train})
    fatal = {f"{layer}.learning_rate": 10.0 for layer in ("conv1", "conv2", "embedding", "output")}
    study = opened(config, tmp_path)
    study.enqueue_trial({"conv1.kernel": 5, "conv2.kernel": 3, "optimiser": "sgd"} | fatal)
    search(study, objective_in(tmp_path, config, data, Progress("test", 4)))
    first, *others = opened(config, tmp_path).trials
    assert first.state is TrialState.PRUNED
    assert "the loss of epoch" in first.user_attrs["reason"]
    assert isnan(first.intermediate_values[max(first.intermediate_values)])
    assert first.values is None
    assert counts([first, *others]).done == 4
    assert counts(others).failed == 0


def test_an_interrupted_search_goes_on_as_if_nothing_had_been(
    data: SearchData, tmp_path: Path
) -> None:
    config = two_with(trials=4, sampler={"name": "tpe", "startup_trials": 2})
    whole = searched(config, data, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        searched(config, data, tmp_path / "cut", Disturbed(KeyboardInterrupt(), 2, number=1))
    assert outcome(searched(config, data, tmp_path / "cut")) == outcome(whole)


def test_lockstep_holds_for_parameters(data: SearchData, tmp_path: Path) -> None:
    config = two_with(trials=4, lockstep=2, sampler={"name": "tpe", "startup_trials": 1})
    once, again = (searched(config, data, tmp_path / name) for name in ("once", "again"))
    assert outcome(once) == outcome(again)


def test_a_warm_start_takes_the_front_first(data: SearchData, tmp_path: Path) -> None:
    config = two_with(trials=4, sampler={"name": "random"})
    searched(config, data, tmp_path / "two")
    newer = config_with(name="newer", warm_start="two", trials=2)
    study = open_study(newer, open_storage(default_url(tmp_path / "newer"), create=True))
    warm_start(study, newer, Workspace.of("newer", tmp_path / "newer"))
    tops = best_trials(opened(config, tmp_path / "two"), config, 2)
    assert [t.user_attrs["warm_start"] for t in study.trials] == [f"two {t.number}" for t in tops]


def test_a_study_keeps_its_objectives(tmp_path: Path) -> None:
    opened(two_with(), tmp_path / "a")
    with pytest.raises(InputError, match="second_objective: parameters -> seconds; give the"):
        opened(two_with("seconds"), tmp_path / "a")
    with pytest.raises(InputError, match="second_objective: parameters -> not set; give the"):
        opened(config_with(name="two", pruner={"name": "none"}), tmp_path / "a")
    # Whoever began this one was killed before the definition was stored.
    storage = open_storage(default_url(tmp_path / "b"), create=True)
    optuna.create_study(storage=storage, study_name="two", direction="maximize")
    said = "exists without trials, and is to maximize, where this one is to maximize and minimize"
    with pytest.raises(InputError, match=f"study two: {said}; give this one another name"):
        open_study(two_with(), storage)
