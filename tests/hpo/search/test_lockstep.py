"""Lockstep: any number of workers, in whatever order, finds the same trials."""

from pathlib import Path
from threading import Thread

import optuna
import pytest
from optuna.trial import FrozenTrial, TrialState
from short_search import Disturbed, config_with, objective_in, opened, outcome, searched
from taking import taken

from data.splits import SearchData
from hpo.console.progress import Progress
from hpo.search.claims import give_back, take_trial
from hpo.search.lockstep import seen_by, should_prune
from hpo.storage.convergence import end_of_search, look_for_convergence
from hpo.study.definition import StudyConfig
from hpo.study.pruners import make_pruner
from hpo.study.samplers import make_sampler
from hpo.trials.attributes import TrialRecord
from hpo.trials.budget import next_in_lockstep, reached_limit

VALUES = (0.5, 0.9, 0.1, 0.7, 0.3)


@pytest.fixture
def config() -> StudyConfig:
    return config_with(trials=9, lockstep=2)


@pytest.fixture
def study(config: StudyConfig, tmp_path: Path) -> optuna.Study:
    return opened(config, tmp_path)


def ended(study: optuna.Study, trial: optuna.Trial, value: float) -> None:
    trial.report(value, 1)
    study.tell(trial, value)


def test_a_trial_waits_for_those_it_must_see(study: optuna.Study, config: StudyConfig) -> None:
    first, second = taken(study, config), taken(study, config)
    assert take_trial(study, config, study.get_trials()) is None
    step = next_in_lockstep(study.get_trials(), config)
    assert step is not None
    assert step.in_words() == "lockstep: trial 2 waits until trial 0 has ended"
    ended(study, second, 0.5)
    assert take_trial(study, config, study.get_trials()) is None  # the first still runs
    ended(study, first, 0.4)
    assert next_in_lockstep(study.get_trials(), config) is None
    assert taken(study, config).number == 2


def test_a_trial_that_waits_again_is_what_others_wait_for(
    study: optuna.Study, config: StudyConfig
) -> None:
    first, second = taken(study, config), taken(study, config)
    ended(study, second, 0.5)
    give_back(study, first)
    assert taken(study, config).number == 0
    assert take_trial(study, config, study.get_trials()) is None


def test_sampler_and_pruner_see_what_ended_so_long_before_and_no_more(
    study: optuna.Study, config: StudyConfig
) -> None:
    for value in VALUES:
        ended(study, taken(study, config), value)
    trial = taken(study, config)
    elsewhere: list[int] = []
    with seen_by(trial, config):
        seen = [t.number for t in study.get_trials(deepcopy=False)]
        assert seen == [t.number for t in study._get_trials(deepcopy=False, use_cache=True)]
        assert study.best_trial.number == 1
        # The heartbeat's thread looks after all trials meanwhile.
        look = Thread(target=lambda: elsewhere.append(len(study.get_trials(deepcopy=False))))
        look.start()
        look.join()
    assert seen == [0, 1, 2, 3]
    assert elsewhere == [6]
    assert len(study.get_trials(deepcopy=False)) == 6


@pytest.mark.parametrize("name", ["successive-halving", "hyperband", "median"])
def test_a_pruner_decides_alike_after_a_kill_right_behind_its_decision(
    tmp_path: Path, name: str
) -> None:
    config = config_with(trials=20, lockstep=2, pruner={"name": name, "min_epochs": 1})
    study = opened(config, tmp_path)
    study.pruner = make_pruner(config)
    for _ in range(6):
        trial = taken(study, config)
        trial.report(0.9, 1)
        should_prune(trial, config)
        trial.report(0.9, 2)
        study.tell(trial, 0.9)
    trial = taken(study, config)
    trial.report(0.1, 1)
    trial.report(0.1, 2)
    decided = should_prune(trial, config)
    give_back(study, trial)
    assert should_prune(taken(study, config), config) is decided
    assert decided or name == "hyperband"  # whose bracket may begin later


CONVERGING = {"stop": {"gain": 0.01, "trials": 2}, "sampler": {"name": "random"}, "lockstep": 4}
"""Trial 7 is the first that sees four trials: of the same value, it is the first not to begin."""


def begun(study: optuna.Study, trial: optuna.Trial) -> optuna.Trial:
    TrialRecord(seed=1).save(trial)
    return trial


def about_to_converge(folder: Path) -> tuple[optuna.Study, StudyConfig]:
    """A study whose six trials of the same value let it end, once somebody looks."""
    config = config_with(trials=20, **CONVERGING)
    study = opened(config, folder)
    for _ in range(6):
        ended(study, begun(study, taken(study, config)), 0.5)
    return study, config


def test_a_claim_that_was_not_judged_when_it_was_asked_for_begins_nothing_behind_the_end(
    tmp_path: Path,
) -> None:
    """Two workers ask at one moment: the second would get the trial after the one it judged."""
    study, config = about_to_converge(tmp_path)
    asked = study.get_trials()
    look_for_convergence(study, asked, config)
    assert end_of_search(study, asked, config) is None
    assert taken(study, config).number == 6
    assert take_trial(study, config, asked) is None
    assert len(study.get_trials()) == 7


def test_a_trial_whose_worker_died_before_it_began_it_is_trained_before_the_search_ends(
    tmp_path: Path,
) -> None:
    study, config = about_to_converge(tmp_path)
    claimed = taken(study, config)
    look_for_convergence(study, study.get_trials(), config)
    assert end_of_search(study, study.get_trials(), config) is None
    assert take_trial(study, config, study.get_trials()) is None  # but nothing else begins
    give_back(study, claimed)
    again = taken(study, config)
    assert again.number == 6
    begun(study, again)
    look_for_convergence(study, study.get_trials(), config)
    assert "converged after 4 trials" in (end_of_search(study, study.get_trials(), config) or "")


def test_infeasible_trials_end_the_search_before_the_same_trial(tmp_path: Path) -> None:
    config = config_with(trials=20, infeasible_trials=2, lockstep=3)
    study = opened(config, tmp_path)
    for _ in range(2):
        trial = begun(study, taken(study, config))
        trial.set_constraint("shortfall", 1)
        study.tell(trial, 0.0)
    # Three workers could have begun trials 2 and 3 before both had ended, so one begins them too.
    for number in (2, 3):
        assert reached_limit(study.get_trials(), config) is None
        trial = begun(study, taken(study, config))
        assert trial.number == number
    assert take_trial(study, config, study.get_trials()) is None
    assert "2 networks were proposed" in (reached_limit(study.get_trials(), config) or "")


@pytest.mark.parametrize("sampler", ["tpe", "gp", "additive"])
def test_trials_that_end_in_another_order_are_the_same(
    sampler: str, data: SearchData, tmp_path: Path
) -> None:
    changes = {"trials": 7, "sampler": {"name": sampler, "startup_trials": 2}}
    config = config_with(**changes, lockstep=3)
    alone = searched(config, data, tmp_path / "alone")
    together = backwards(config, data, tmp_path / "together")
    assert outcome(together) == outcome(alone)
    assert outcome(searched(config_with(**changes), data, tmp_path / "free")) != outcome(alone)


def test_a_trial_that_fails_is_passed_over_alike(data: SearchData, tmp_path: Path) -> None:
    config = config_with(trials=6, lockstep=3, sampler={"name": "additive", "startup_trials": 2})

    def failing() -> Progress:
        return Disturbed(RuntimeError("of this trial"), epochs=2, number=2)

    alone = searched(config, data, tmp_path / "alone", failing())
    assert [trial.number for trial in alone if trial.state is TrialState.FAIL] == [2]
    assert outcome(backwards(config, data, tmp_path / "together", failing())) == outcome(alone)


def test_what_several_began_is_finished_by_one_alike(data: SearchData, tmp_path: Path) -> None:
    config = config_with(trials=7, lockstep=3, sampler={"name": "additive", "startup_trials": 2})
    alone = searched(config, data, tmp_path / "alone")
    backwards(config.model_copy(update={"trials": 4}), data, tmp_path / "several")
    assert outcome(searched(config, data, tmp_path / "several")) == outcome(alone)


def backwards(
    config: StudyConfig, data: SearchData, folder: Path, progress: Progress | None = None
) -> list[FrozenTrial]:
    """All trials that may run at the same time are begun, and end from the last to the first."""
    study = opened(config, folder)
    study.pruner = make_pruner(config)
    objective = objective_in(folder, config, data, progress or Progress("test", config.trials))
    while reached_limit(study.get_trials(), config) is None:
        begun = list(iter(lambda: take_trial(study, config, study.get_trials()), None))
        assert 1 <= len(begun) <= 3
        for trial in reversed(begun):
            study.sampler = make_sampler(config, trial.number)
            try:
                study.tell(trial, objective(trial))
            except optuna.TrialPruned:
                study.tell(trial, state=TrialState.PRUNED)
            except RuntimeError:
                study.tell(trial, state=TrialState.FAIL)
    return study.trials
