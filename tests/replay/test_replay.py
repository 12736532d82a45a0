"""Replayed searches: the surrogate, and the simulated clock, on curves whose truth is known."""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import replay
from recording import EPOCHS, SECONDS, packed, recording
from repetitions import searched
from simulation import Outcome, Simulation
from surrogate import Surrogate

from hpo.study.space import config_of


@pytest.fixture(scope="module")
def surrogate() -> Surrogate:
    return Surrogate(recording())


def simulated(surrogate: Surrogate, search: str, workers: int = 1, **until: Any) -> Outcome:  # noqa: ANN401
    return Simulation(searched(surrogate.study, search, 0), surrogate, workers, **until).run()


@pytest.mark.parametrize("nearest", [False, True])
def test_a_recorded_configuration_gives_its_own_curve(nearest: bool) -> None:
    recorded = recording()
    surrogate = Surrogate(recorded, nearest)
    for line in recorded["curves"]:
        truth = surrogate.truth(config_of(surrogate.study, line["params"], 0))
        assert truth.accuracy == pytest.approx(line["accuracy"])
        assert truth.seconds == pytest.approx(SECONDS)
        assert not truth.diverges


def test_what_was_not_recorded_is_predicted() -> None:
    recorded = recording()
    errors = []
    for place, line in enumerate(recorded["curves"]):
        surrogate = Surrogate(recorded, leave_out=place)
        said = surrogate.truth(config_of(surrogate.study, line["params"], 0))
        errors.append(abs(said.best[-1] - max(line["accuracy"])))
        if place == 4:
            break
    assert np.mean(errors) < 0.04  # their standard deviation is 0.13


def test_seeds_differ_as_much_as_recorded() -> None:
    surrogate = Surrogate(recording(seeds=3))
    truth = surrogate.truth(config_of(surrogate.study, recording()["curves"][0]["params"], 0))
    dice = np.random.default_rng(0)
    ends = [surrogate.with_seed(truth, dice).accuracy[-1] for _ in range(200)]
    assert np.std(ends) == pytest.approx(0.01, rel=0.5)
    assert np.mean(ends) == pytest.approx(truth.accuracy[-1], abs=0.003)


def test_seeds_that_do_not_learn_are_no_measure_of_luck() -> None:
    recorded = recording(seeds=2)
    for line in recorded["curves"]:
        if max(line["accuracy"]) < 0.5:
            line["accuracy"] = [0.35 if line["repeat"] else 0.026] * EPOCHS
    surrogate = Surrogate(recorded)
    stuck = next(line for line in recorded["curves"] if max(line["accuracy"]) < 0.5)
    truth = surrogate.truth(config_of(surrogate.study, stuck["params"], 0))
    dice = np.random.default_rng(0)
    ends = [surrogate.with_seed(truth, dice).accuracy[-1] for _ in range(50)]
    assert truth.accuracy[-1] == pytest.approx(0.107, abs=0.001)  # in the middle in log odds
    assert 0 < np.std(ends) < 0.01


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


def test_quality_compares_after_the_whole_time_and_earlier(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output, search = tmp_path / "quality", "random/successive-halving"
    options = ("--repetitions", 3, "--trials", 12, "--workers", 1, "--searches", search)
    words = ("replay.py", "quality", packed(tmp_path), output, *options)
    monkeypatch.setattr(sys, "argv", [str(word) for word in words])
    replay.main()
    document = json.loads(output.with_suffix(".json").read_text())
    assert output.with_suffix(".png").stat().st_size > 10_000
    assert document["seconds"] == pytest.approx(12 * EPOCHS * SECONDS, abs=0.1)
    searches = document["searches"]
    assert searches["random/none"]["complete"] == 12
    part = searches[search]["part_of_the_time_to_the_level"]["0.5"]
    assert part < searches["random/none"]["part_of_the_time_to_the_level"]["0.5"]
    # A quarter of the time is three trainings to their end.
    quarter, *_, last = document["earlier"]
    assert quarter["seconds"] == pytest.approx(3 * EPOCHS * SECONDS, abs=0.1)
    assert quarter["part_of_the_time_to_the_level"]["random/none"] in (
        pytest.approx(1 / 3, abs=0.001),
        pytest.approx(2 / 3, abs=0.001),
        1.0,
    )
    assert quarter["level"] <= last["level"] <= document["level"]
