"""A search with constraints: what exceeds them is never a winner, whatever it reached."""

from pathlib import Path

import pytest
from optuna.trial import TrialState
from short_search import config_with, opened, searched

from data.errors import InputError
from data.splits import SearchData
from hpo.console.export import Selection
from hpo.search.warm_start import warm_start
from hpo.storage.workspace import Workspace
from hpo.trials.budget import counts, reached_limit
from hpo.trials.outcome import is_infeasible
from hpo.trials.ranking import best_first, best_trials, finalists, pareto_front


def test_the_budget_is_met_by_networks_that_keep_to_the_constraints(
    data: SearchData, tmp_path: Path
) -> None:
    free = searched(config_with(), data, tmp_path / "free")
    sizes = sorted(t.user_attrs["parameters"] for t in free if not is_infeasible(t))
    config = config_with(constraints={"parameters": sizes[1]})
    trials = searched(config, data, tmp_path / "small")
    found = counts(trials)
    assert found.complete + found.pruned == 5
    assert found.infeasible > counts(free).infeasible
    trained = [trial for trial in trials if not is_infeasible(trial)]
    assert all(trial.user_attrs["parameters"] <= sizes[1] for trial in trained)
    exceed = [t.number for t in trials if t.constraints.get("parameters", 0) > 0]
    assert exceed
    study = opened(config, tmp_path / "small")
    for ranked in (best_trials(study, config), best_first(trials), finalists(study, config)):
        assert not {trial.number for trial in ranked} & set(exceed)
    with pytest.raises(InputError, match=f"trial {exceed[0]} is infeasible: .* parameters, const"):
        Selection(number=exceed[0]).of(study, config)


def test_trainings_that_take_too_long_count_in_the_timeout_alone(
    data: SearchData, tmp_path: Path
) -> None:
    config = config_with(constraints={"seconds": 1e-3}, infeasible_trials=4)
    trials = searched(config, data, tmp_path)
    assert counts(trials).infeasible == 4
    assert counts(trials).done == 0
    assert "exceed constraints.seconds" in str(reached_limit(trials, config))
    trained = [trial for trial in trials if trial.intermediate_values]
    assert trained
    assert all(list(trial.intermediate_values) == [1] for trial in trained)
    assert all(trial.state is TrialState.COMPLETE and trial.values[0] > 0 for trial in trained)
    study = opened(config, tmp_path)
    assert not best_trials(study, config)
    assert not finalists(study, config)
    assert not best_first(trials)
    assert not pareto_front(study, config, "seconds")
    # Nor are they tried again by another study.
    newer = config_with(name="newer", warm_start=config.name)
    with pytest.raises(InputError, match=f"study {config.name} has no complete trial yet"):
        warm_start(opened(newer, tmp_path), newer, Workspace.of("newer", tmp_path))
    limited = config.model_copy(update={"timeout": 1e-6, "infeasible_trials": 50})
    assert "the timeout is 0 s" in str(reached_limit(trials, limited))


def test_the_gaussian_process_goes_on_with_every_constraint(
    data: SearchData, tmp_path: Path
) -> None:
    """It needs the same ones of all trials in the same order, as the database gives them."""
    config = config_with(
        trials=4,
        sampler={"name": "gp", "startup_trials": 2},
        constraints={"parameters": 40_000, "memory": 200, "seconds": 1e4},
    )
    searched(config, data, tmp_path)
    trials = opened(config, tmp_path).trials
    assert counts(trials).done == 4
    assert counts(trials).failed == 0
    assert len({tuple(trial.constraints) for trial in trials}) == 1
    assert len(trials[0].constraints) == 4
