"""The surrogate, on curves whose truth is known."""

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from recording import EPOCHS, SECONDS, recording

from benchmarks.replay.gaussian import Gaussians
from benchmarks.replay.surrogate import Kind, Surrogate, read_recorded
from hpo.study.space import config_of


@pytest.mark.parametrize("kind", ["trees", "nearest"])
def test_a_recorded_configuration_gives_its_own_curve(kind: Kind) -> None:
    recorded = recording()
    surrogate = Surrogate(recorded, kind)
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


AMD, INTEL = ({"processor": name, "cores": 2, "threads": 1} for name in ("AMD", "Intel"))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"machine": "one"}, {"machine": "twice as fast"}),  # as older recordings tell of them
        ({"computer": AMD}, {"computer": INTEL}),
        ({"machine": "AMD, 2 cores"}, {"computer": INTEL}),
    ],
)
def test_times_of_two_machines_are_made_those_of_the_first(
    tmp_path: Path, first: dict[str, Any], second: dict[str, Any]
) -> None:
    document = recording() | first
    for place, line in enumerate(document["curves"]):
        line["pictures"] = [100] * len(line["cpu_seconds"])
        if place % 2:
            line |= second
            line["cpu_seconds"] = [seconds / 2 for seconds in line["cpu_seconds"]]
    path = tmp_path / "curves.json.gz"
    path.write_bytes(gzip.compress(json.dumps(document).encode()))
    read = read_recorded(path)["curves"]
    right = [line["cpu_seconds"] for line in recording()["curves"]]
    assert [line["cpu_seconds"] for line in read] == [pytest.approx(times) for times in right]


def test_a_machine_of_an_older_recording_is_known_again(tmp_path: Path) -> None:
    document = recording() | {"machine": "AMD, 2 cores"}
    for place, line in enumerate(document["curves"]):
        line["pictures"] = [100 * (1 + place)] * len(line["cpu_seconds"])
        if place % 2:
            line |= {"computer": AMD}
    path = tmp_path / "curves.json.gz"
    path.write_bytes(gzip.compress(json.dumps(document).encode()))
    times = [line["cpu_seconds"] for line in read_recorded(path)["curves"]]
    assert times == [line["cpu_seconds"] for line in recording()["curves"]]


def test_gaussian_processes_predict_what_was_not_recorded() -> None:
    recorded = recording()
    errors = []
    for place, line in enumerate(recorded["curves"][:3]):
        surrogate = Surrogate(recorded, "gaussian", leave_out=place)
        said = surrogate.truth(config_of(surrogate.study, line["params"], 0))
        errors.append(abs(said.best[-1] - max(line["accuracy"])))
    assert np.mean(errors) < 0.06  # their standard deviation is 0.13


@pytest.mark.filterwarnings("error:invalid value")
def test_gaussian_processes_take_a_column_of_one_value_as_nothing() -> None:
    dice = np.random.default_rng(0)
    inputs, targets = dice.random((12, 3)), dice.random((12, 5))
    inputs[:, 1] = 0.5
    gaussians = Gaussians(inputs, targets)
    known, another = inputs[0].copy(), inputs[0].copy()
    another[1] = 0.6
    assert np.allclose(gaussians.predict(known), gaussians.predict(another), atol=0.2)
