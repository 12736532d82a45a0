"""A study that has converged: found once, undone by another rule alone, told everywhere."""

from __future__ import annotations

from pathlib import Path

import optuna
import pytest
from optuna.trial import TrialState

from hpo.console.status import status
from hpo.console.status_view import status_lines
from hpo.dashboard.notes import study_note
from hpo.database.opening import open_storage
from hpo.report.text import searched
from hpo.search.enqueue import what_it_waits_for
from hpo.storage.convergence import (
    convergence,
    end_of_search,
    look_for_convergence,
    with_trials_to_be_done,
)
from hpo.storage.studies import as_stored, open_study, stored_config
from hpo.storage.workspace import Workspace, default_url
from hpo.study.definition import StopConfig, StudyConfig
from hpo.study.file import load_study
from hpo.study.space import parameters

WORDS = "converged after 4 trials: the next 2 are expected to gain 0.00 points, stop asks for 1.00"


def config_of(stop: StopConfig | None, trials: int = 20) -> StudyConfig:
    config = load_study("glyphs")
    sampler = config.sampler.model_copy(update={"name": "random"})
    return config.model_copy(update={"stop": stop, "trials": trials, "sampler": sampler})


RULE = config_of(StopConfig(gain=0.01, trials=2))

NOWHERE = Workspace.of("glyphs", Path("nowhere"))


@pytest.fixture
def study(tmp_path: Path) -> optuna.Study:
    return open_study(RULE, open_storage(default_url(tmp_path), create=True))


def add(study: optuna.Study, *values: float) -> None:
    """Adds trials of one configuration, as a worker leaves them."""
    space = parameters(RULE)
    for value in values:
        trial = optuna.create_trial(
            value=value,
            params={p.name: p.values[0] for p in space},
            distributions={
                p.name: optuna.distributions.CategoricalDistribution([p.values[0]]) for p in space
            },
            user_attrs={"seed": 1, "seconds": 2.0},
            intermediate_values={1: value},
        )
        study.add_trial(trial)


def end(study: optuna.Study, config: StudyConfig = RULE) -> str | None:
    return end_of_search(study, study.get_trials(deepcopy=False), config)


def look(study: optuna.Study, config: StudyConfig = RULE) -> None:
    look_for_convergence(study, study.get_trials(deepcopy=False), config)


def test_it_is_found_once_and_stands(study: optuna.Study) -> None:
    add(study, 0.5, 0.5, 0.5)
    look(study)
    assert end(study) is None
    add(study, 0.5)
    assert end(study) is None  # who only asks finds nothing out
    look(study)
    assert end(study) == f"{WORDS}; the budget is 20"
    add(study, 0.9)  # ran on when it was found
    look(study)
    assert end(study) == f"{WORDS}; the budget is 20"
    assert end(study, RULE.model_copy(update={"trials": 500})) == f"{WORDS}; the budget is 500"


def test_another_rule_undoes_it_and_may_find_it_again(study: optuna.Study) -> None:
    add(study, 0.5, 0.5, 0.5, 0.5)
    look(study)
    assert end(study, config_of(None)) is None
    stricter = config_of(StopConfig(gain=0.01, trials=3))
    assert end(study, stricter) is None
    look(study, stricter)
    assert end(study, stricter) is None
    add(study, 0.5, 0.5)
    look(study, stricter)
    assert "converged after 6 trials: the next 3" in (end(study, stricter) or "")


def test_the_rule_that_a_run_brings_is_the_studys(study: optuna.Study) -> None:
    other = config_of(StopConfig(gain=0.3))
    open_study(other, study._storage)
    assert stored_config(study).stop == other.stop
    assert as_stored(study, RULE).stop == other.stop
    open_study(config_of(None), study._storage)
    assert as_stored(study, RULE).stop is None


def test_a_spent_budget_is_no_convergence(study: optuna.Study) -> None:
    add(study, 0.5, 0.5, 0.5, 0.5)
    spent = config_of(RULE.stop, trials=4)
    look(study, spent)
    assert convergence(study, spent) is None
    assert end(study, spent) == "all 4 trials are done"


def test_what_others_wrote_there_is_nothing(study: optuna.Study) -> None:
    for value in ("yes", {"gain": 0.1}, 3):
        study.set_user_attr("converged", value)
        assert convergence(study, RULE) is None


def test_people_are_told_and_nothing_more_is_foretold(study: optuna.Study, tmp_path: Path) -> None:
    workspace = Workspace.of("glyphs", tmp_path)
    add(study, 0.5, 0.5, 0.5, 0.5)
    before = status(study, RULE, workspace)
    assert (before.state, before.converged) == ("stopped", None)
    look(study)
    now = status(study, RULE, workspace)
    assert now.state == "searched"
    assert now.converged is not None
    assert (now.converged.trials, now.converged.gain) == (4, 0)
    assert f"Search: {WORDS}" in status_lines(now, workspace)
    assert f"The search has {WORDS}." in study_note(study, RULE)
    assert "until the next 2 are expected to gain less than 1.00 points" in study_note(study, RULE)
    now_ended = searched(RULE, study.trials, convergence(study, RULE))
    assert f"The search {WORDS}." in now_ended
    waits = optuna.create_trial(state=TrialState.WAITING, user_attrs={"seed": 2})
    for trial in (waits, optuna.create_trial(state=TrialState.WAITING)):
        study.add_trial(trial)
    # The second of those that wait was begun by nobody.
    assert with_trials_to_be_done(study, study.trials, RULE).trials == 5


def begin(study: optuna.Study) -> None:
    """A worker has begun a trial, which runs."""
    study.ask().set_user_attr("seed", 1)


@pytest.mark.parametrize("last", ["running", "ended", "not begun", "claimed"])
def test_in_lockstep_it_is_judged_by_what_the_next_trial_may_see(
    study: optuna.Study, last: str
) -> None:
    config = RULE.model_copy(update={"lockstep": 3})
    add(study, 0.5, 0.5, 0.5, 0.5, 0.5)
    look(study, config)  # the sixth trial, number 5, sees the first three
    assert end(study, config) is None
    if last == "running":
        begin(study)
    elif last == "claimed":  # its worker is beginning it, or has just died
        study.ask()
    elif last == "ended":
        add(study, 0.9)
    look(study, config)
    if last in ("not begun", "claimed"):
        assert end(study, config) is None
    else:
        # Trial 6 sees the first four, whatever trial 5 has brought.
        assert end(study, config) == f"{WORDS}; the budget is 20"


def test_in_lockstep_nothing_is_found_while_the_next_trial_waits(study: optuna.Study) -> None:
    config = RULE.model_copy(update={"lockstep": 3})
    add(study, 0.5, 0.5)
    study.ask()
    add(study, 0.5, 0.5, 0.5, 0.5)  # no worker of this study would have begun them
    look(study, config)
    assert end(study, config) is None
    study.tell(2, 0.5)
    look(study, config)
    assert end(study, config) is not None


def test_what_is_enqueued_then_waits_for_another_rule(study: optuna.Study) -> None:
    add(study, 0.5, 0.5, 0.5)
    assert what_it_waits_for(study, RULE, NOWHERE) is None
    add(study, 0.5)
    look_for_convergence(study, study.get_trials(deepcopy=False), RULE)
    assert (
        what_it_waits_for(study, RULE, NOWHERE)
        == f"{WORDS}: this waits until its `stop` is changed"
    )
    assert what_it_waits_for(study, config_of(None), NOWHERE) is None
    spent = RULE.model_copy(update={"trials": 4})
    assert what_it_waits_for(study, spent, NOWHERE) == (
        f"{WORDS}; all 4 trials are done: this waits until its `stop` is changed and `run` allows"
        " more"
    )
