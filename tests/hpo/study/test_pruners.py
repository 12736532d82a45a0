"""When the pruners decide, and the seeds that make a search repeatable."""

from typing import Any, get_args

import optuna
import pytest
from optuna.pruners import BasePruner
from optuna.trial import FrozenTrial, TrialState
from short_search import config_with

from hpo.report.text import PRUNERS, SAMPLERS
from hpo.study.definition import PrunerConfig, SamplerConfig
from hpo.study.file import load_study
from hpo.study.pruners import make_pruner, may_prune
from hpo.study.samplers import trial_seed


def test_seeds_differ_by_study_trial_and_purpose() -> None:
    seeds = {trial_seed(s, n, p) for s in range(10) for n in range(50) for p in range(2)}
    assert len(seeds) == 1000
    assert all(0 <= seed < 2**31 for seed in seeds)


@pytest.mark.parametrize(
    ("pruner", "expected", "asked"),
    [
        ({"name": "successive-halving", "min_epochs": 2}, {2}, {2, 6, 18}),
        ({"name": "guarded-halving", "min_epochs": 2}, {2}, {2, 6, 18}),
        ({"name": "hyperband", "min_epochs": 2}, {2, 6, 18}, {2, 6, 18}),
        ({"name": "median", "min_epochs": 4}, {4}, set(range(4, 21))),
        ({"name": "none"}, set(), set()),
    ],
)
def test_trials_are_pruned_when_so_many_epochs_are_done(
    pruner: dict[str, Any], expected: set[int], asked: set[int]
) -> None:
    train = load_study("glyphs").train | {"epochs": 20}
    config = config_with(pruner=pruner, train=train)
    study = optuna.create_study(direction="maximize", study_name="t", pruner=make_pruner(config))
    assert {epochs for epochs in range(1, 21) if may_prune(config, epochs)} == asked
    pruned_at = []
    for number in range(30):
        trial = study.ask()
        for epoch in range(20):
            # Every trial is worse than those before it, from its first epoch on.
            trial.report((epoch + 1) / (number + 20), step=epoch + 1)
            if trial.should_prune():
                pruned_at.append(epoch + 1)
                study.tell(trial, state=TrialState.PRUNED)
                break
        else:
            study.tell(trial, 20 / (number + 20))
    assert set(pruned_at) == expected
    assert len(pruned_at) < 30  # the first was the best


def test_every_sampler_and_pruner_is_made_and_has_words_for_people() -> None:
    for config, words in ((PrunerConfig, PRUNERS), (SamplerConfig, SAMPLERS)):
        names = get_args(config.model_fields["name"].annotation)
        assert set(names) == set(words)
    study = load_study("quick")
    for name in PRUNERS:
        change = {"pruner": study.pruner.model_copy(update={"name": name})}
        assert isinstance(make_pruner(study.model_copy(update=change)), BasePruner)


@pytest.mark.parametrize("constraint", ["shortfall", "training seconds"])
def test_infeasible_trials_are_none_of_the_complete_ones_of_the_median(constraint: str) -> None:
    """Optuna calls them complete, and waits for five complete trials before it stops one."""
    study = study_with("median")
    for _ in range(5):
        study.add_trial(infeasible(constraint, {1: 0.9} if constraint != "shortfall" else {}))
    study.add_trial(optuna.create_trial(value=0.9, intermediate_values={1: 0.9}))
    assert not stops(study, 0.5)
    for _ in range(4):
        study.add_trial(optuna.create_trial(value=0.4, intermediate_values={1: 0.4}))
    assert not stops(study, 0.5)  # the infeasible ones would lift the median
    assert stops(study, 0.3)


@pytest.mark.parametrize("name", ["successive-halving", "hyperband"])
def test_infeasible_trials_are_none_of_those_at_a_rung(name: str) -> None:
    """Nor is one that turned out to take too long once it had been compared."""
    for exceeds in (False, True):
        study = study_with(name)
        for _ in range(30):  # so many that each of Hyperband's brackets has some
            trial = study.ask()
            trial.report(0.9, 1)
            trial.should_prune()
            trial.set_constraint("training seconds", 0.5 if exceeds else -0.5)
            study.tell(trial, 0.9)
        assert any(stops(study, 0.5) for _ in range(10)) is not exceeds


def study_with(pruner: str) -> optuna.Study:
    config = config_with(pruner={"name": pruner, "min_epochs": 1})
    return optuna.create_study(direction="maximize", study_name="t", pruner=make_pruner(config))


def infeasible(constraint: str, reports: dict[int, float]) -> FrozenTrial:
    return optuna.create_trial(
        value=max(reports.values(), default=0.0),
        intermediate_values=reports,
        constraints={constraint: 2.0},
    )


def stops(study: optuna.Study, value: float) -> bool:
    trial = study.ask()
    trial.report(value, 1)
    return trial.should_prune()
