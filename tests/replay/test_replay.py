"""Replayed searches: the surrogate, and the simulated clock, on curves whose truth is known."""

from itertools import islice
from typing import Any

import numpy as np
import pytest
from record_curves import draw
from repetitions import searched
from simulation import Outcome, Simulation
from surrogate import Surrogate

from hpo.space import config_of
from hpo.study import StudyConfig
from hpo.study_file import read_study

EPOCHS = 9
SECONDS = 2.0
STUDY = {
    "name": "recorded",
    "dataset": "glyphs",
    "trials": 10,
    "sampler": {"name": "tpe", "startup_trials": 5},
    "pruner": {"name": "successive-halving", "min_epochs": 1, "reduction_factor": 3},
    "network": {
        "size": 21,
        "units": 16,
        "convolutions": [{"filters": {"low": 4, "high": 16}, "kernel": {"low": 3, "high": 24}}],
    },
    "train": {
        "epochs": EPOCHS,
        "optimiser": {"choices": ["sgd", "adam"]},
        "layers": {"learning_rate": 0.01},
        "distortion": {"affine": {"low": 0.0, "high": 1.0}},
    },
}


def accuracies(study: StudyConfig, params: dict[str, Any]) -> list[float]:
    """Adam is better, little distortion too."""
    train = config_of(study, params, 0).train
    end = 0.5 + 0.2 * (train.optimiser == "adam") - 0.3 * train.distortion.affine
    return [end * (epoch + 1) / EPOCHS for epoch in range(EPOCHS)]


def recording(seeds: int = 1, diverging: bool = False) -> dict[str, Any]:
    """Forty configurations; where they diverge, those with sgd do, in the third epoch."""
    study = read_study(STUDY, "test")
    dice = np.random.default_rng(0)
    curves = []
    for drawn in islice((d for d in draw(study) if not d["shortfall"]), 40):
        epochs = 3 if diverging and drawn["params"]["optimiser"] == "sgd" else EPOCHS
        for repeat in range(seeds):
            luck = dice.normal(0, 0.01) if seeds > 1 else 0.0
            curves.append(
                {
                    "number": drawn["number"],
                    "params": drawn["params"],
                    "repeat": repeat,
                    "accuracy": [a + luck for a in accuracies(study, drawn["params"])][:epochs],
                    "loss": [1.0] * (epochs - 1) + [1.0 if epochs == EPOCHS else None],
                    "cpu_seconds": [SECONDS] * epochs,
                }
            )
    definition, changeable = study.definition(), study.changeable()
    return {"definition": definition, "changeable": changeable, "curves": curves}


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
    assert outcome.at(times[0] - 1) == 0
    until = simulated(surrogate, "random/none", workers, seconds=times[0])
    assert until.found == [pair for pair in outcome.found if pair[0] <= times[0]]


def test_pruning_saves_epochs_and_is_optunas(surrogate: Surrogate) -> None:
    outcome = simulated(surrogate, "tpe/successive-halving", trials=30)
    assert outcome.trials == 30
    assert 0 < outcome.complete < 15
    assert outcome.epochs < 30 * EPOCHS / 2


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
