"""The simulated clock, on curves whose truth is known."""

from typing import Any

import pytest
from recording import EPOCHS, SECONDS, recording

from benchmarks.replay.searches import searched
from benchmarks.replay.simulator import Outcome, Simulation
from benchmarks.replay.surrogate import Surrogate


@pytest.fixture(scope="module")
def surrogate() -> Surrogate:
    return Surrogate(recording())


def simulated(surrogate: Surrogate, search: str, workers: int = 1, **until: Any) -> Outcome:  # noqa: ANN401
    return Simulation(searched(surrogate.study, search, 0), surrogate, workers, **until).run()


def test_a_diverging_training_ends_and_is_no_candidate() -> None:
    surrogate = Surrogate(recording(diverging=True))
    outcome = simulated(surrogate, "random/none", trials=20)
    assert 0 < outcome.complete < outcome.trials == 20
    lost = outcome.trials - outcome.complete
    assert outcome.epochs == outcome.complete * EPOCHS + lost * 3


@pytest.mark.parametrize("workers", [1, 4])
def test_time_and_budget_without_pruning(surrogate: Surrogate, workers: int) -> None:
    outcome = simulated(surrogate, "random/none", workers, trials=12)
    assert (outcome.trials, outcome.complete, outcome.epochs) == (12, 12, 12 * EPOCHS)
    assert outcome.wall == pytest.approx(12 * EPOCHS * SECONDS / workers)
    times, found = zip(*outcome.found, strict=True)
    assert list(found) == sorted(found)  # without luck, what looks better is
    assert outcome.reaches(found[-1]) == times[-1]
    assert outcome.by_trials.reaches(found[-1]) == outcome.done[-1]
    rounds = [time / (EPOCHS * SECONDS) for time in times]  # in each, every worker ends a trial
    assert [-(-done // workers) for done in outcome.done] == pytest.approx(rounds)
    assert outcome.at(times[0] - 1) == 0
    until = simulated(surrogate, "random/none", workers, seconds=times[0])
    assert until.found == [pair for pair in outcome.found if pair[0] <= times[0]]


def test_pruning_saves_epochs_and_is_optunas(surrogate: Surrogate) -> None:
    outcome = simulated(surrogate, "tpe/successive-halving", trials=30)
    assert outcome.trials == 30
    assert 0 < outcome.complete < 15
    assert outcome.epochs < 30 * EPOCHS / 2


def test_enqueued_trials_come_first_each_with_its_own_luck() -> None:
    recorded = recording(seeds=3)
    params = recorded["curves"][0]["params"]
    surrogate = Surrogate(recorded)
    simulation = Simulation(searched(surrogate.study, "random/none", 0), surrogate, 1, trials=3)
    for _ in range(2):
        simulation.study.enqueue_trial(params)
    simulation.run()
    first, second, third = (t for t in simulation.study.trials if not any(t.constraints.values()))
    assert first.params == second.params == params != third.params
    assert first.values[0] != second.values[0]


def test_promoted_trials_go_on_from_their_pause(surrogate: Surrogate) -> None:
    study = searched(surrogate.study, "random/successive-halving", 0)
    simulation = Simulation(study, surrogate, 2, trials=27, promotion=True)
    outcome = simulation.run()
    # At least a third of the 27 goes on for two more epochs, a third of these for six more.
    first, second = (len(arrived) for arrived in simulation.arrived)
    assert (first, second >= 9, outcome.complete >= 3) == (27, True, True)
    assert outcome.epochs == first + 2 * second + 6 * outcome.complete
    firsts = simulation.arrived[0]
    best = [
        values[EPOCHS]
        for t in simulation.study.trials
        if EPOCHS in (values := t.intermediate_values)
    ]
    assert max(best) == pytest.approx(EPOCHS * max(firsts))
