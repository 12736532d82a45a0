"""The exact budget, whoever takes part: many workers simulated in every order of their steps."""

import random
from collections import Counter
from copy import deepcopy
from functools import cache

import optuna
import pytest
from optuna.trial import FrozenTrial, TrialState

from hpo.study.definition import StudyConfig
from hpo.study.file import load_study
from hpo.trials.budget import counts, may_start, places, reached_limit


@cache
def trial(number: int, state: TrialState) -> FrozenTrial:
    """One that nobody changes, for there is one of each kind."""
    made = optuna.create_trial(
        state=state, value=0.5 if state is TrialState.COMPLETE else None, constraints={"s": 0}
    )
    made.number = number
    return made


@pytest.fixture
def config() -> StudyConfig:
    return load_study("glyphs").model_copy(update={"trials": 5, "infeasible_trials": 3})


def test_a_trial_reserves_the_places_of_the_unfinished_ones_before_it(config: StudyConfig) -> None:
    states = [TrialState.COMPLETE, TrialState.RUNNING, TrialState.WAITING, TrialState.FAIL]
    trials = [trial(number, state) for number, state in enumerate(states)]
    assert may_start(2, trials, config)
    assert may_start(4, trials, config)  # done 1, before it 2, place for 5
    trials += [trial(4, TrialState.RUNNING), trial(5, TrialState.RUNNING)]
    assert not may_start(6, trials, config)
    assert may_start(5, trials, config)
    trials[4] = trial(4, TrialState.FAIL)
    assert may_start(6, trials, config)


@pytest.mark.parametrize("seed", range(20))
def test_no_order_of_events_exceeds_the_budget(seed: int, config: StudyConfig) -> None:
    """Workers that act at random on what they read some time ago."""
    config = config.model_copy(update={"trials": 40})
    dice = random.Random(seed)
    trials: list[TrialState] = []
    snapshots: dict[int, list[TrialState]] = {}
    of: dict[int, int | None] = dict.fromkeys(range(7))  # worker -> its trial

    def read(states: list[TrialState]) -> list[FrozenTrial]:
        return [trial(number, state) for number, state in enumerate(states)]

    seen: Counter[str] = Counter()
    for _ in range(3000):
        worker = dice.randrange(7)
        current = of[worker]
        if current is not None:
            end = dice.choice(["done", "done", "fail", "die"])
            seen[end] += 1
            trials[current] = {
                "done": dice.choice([TrialState.COMPLETE, TrialState.PRUNED]),
                "fail": TrialState.FAIL,
                "die": TrialState.WAITING,
            }[end]
            of[worker] = None
        elif worker not in snapshots:
            snapshots[worker] = list(trials)
        else:
            known = read(snapshots.pop(worker))
            waiting = [
                t.number
                for t in known
                if t.state is TrialState.WAITING and may_start(t.number, known, config)
            ]
            claimed = next((n for n in waiting if trials[n] is TrialState.WAITING), None)
            if claimed is not None:
                trials[claimed] = TrialState.RUNNING
                of[worker] = claimed
            elif may_start(len(known), known, config):
                if len(trials) < len(known) + places(known, config):
                    of[worker] = len(trials)
                    trials.append(TrialState.RUNNING)
                else:
                    seen["others were faster"] += 1
        active = sum(number is not None for number in of.values())
        assert counts(read(trials)).done + active <= config.trials
    assert counts(read(trials)).done == config.trials
    assert all(state.is_finished() for state in trials)
    assert reached_limit(read(trials), config) == "all 40 trials are done"
    assert seen["die"]
    assert seen["fail"]
    assert seen["others were faster"]


def test_the_other_limits_say_what_was_reached(config: StudyConfig) -> None:
    done = deepcopy(trial(0, TrialState.COMPLETE))
    done.set_user_attr("seconds", 12.0)
    assert reached_limit([done], config) is None
    limited = config.model_copy(update={"timeout": 10.0})
    assert reached_limit([done], limited) == (
        "the trials took 12 s, the timeout is 10 s; the search ends after 1 of 5 trials"
    )
    impossible = [optuna.create_trial(value=0.0, constraints={"shortfall": 2}) for _ in range(3)]
    assert reached_limit(impossible, config) == (
        "3 networks were proposed that cannot exist, as many as infeasible_trials allows;"
        " the search ends after 0 of 5 trials"
    )
    limited = StudyConfig.model_validate(
        config.model_dump() | {"constraints": {"parameters": 10, "seconds": 4.5}}
    )
    assert reached_limit(impossible, limited) == (
        "3 networks were proposed that cannot exist or exceed constraints.parameters,"
        " constraints.seconds, as many as infeasible_trials allows;"
        " the search ends after 0 of 5 trials"
    )
