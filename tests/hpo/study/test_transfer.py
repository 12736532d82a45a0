"""A configuration in another study's space: the depth stays, and what belongs to each layer."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import optuna
import pytest
from optuna.samplers import RandomSampler

from hpo.study.definition import StudyConfig
from hpo.study.file import load_study, read_study
from hpo.study.space import config_of, sample
from hpo.study.transfer import nearest
from model.config import RunConfig

ABSENT = {"choices": [False, True]}
PLAIN: dict[str, Any] = {"filters": {"low": 4, "high": 64}, "kernel": 3, "padding": True}
POOLED = PLAIN | {"pool": True}


def drawn(study: StudyConfig) -> Iterator[tuple[dict[str, Any], RunConfig]]:
    """Parameters and configurations of random trials."""
    trials = optuna.create_study(sampler=RandomSampler(seed=1))
    while True:
        trial = trials.ask()
        run = sample(trial, study, seed=0)
        yield trial.params, run


def of_defaults() -> StudyConfig:
    """A study that searches what configurations are written without where it is as usual."""
    document = {
        "name": "usual",
        "trials": 1,
        "network": {
            "units": 8,
            "convolutions": [PLAIN],
            "distance": {"choices": ["l2", "l1"]},
        },
        "train": {
            "loss": "one-shot",
            "layers": {"learning_rate": {"low": 1e-3, "high": 1.0}},
            "pictures": {"extra": "glyphs", "share": {"choices": [0.25, 0.5]}},
            "batch": {
                "composed": {"choices": [0.5, 0.0]},
                "marked": {"choices": [0.5, 0.0]},
                "bent": {"choices": [0.5, 0.0]},
            },
            "distortion": {"affine": 0.5, "fixed": {"choices": [8, 0]}},
        },
    }
    return read_study(document, "test")


def of_convolutions(*convolutions: dict[str, Any]) -> StudyConfig:
    document = {
        "name": "deep",
        "trials": 1,
        "network": {"units": 8, "convolutions": list(convolutions)},
        "train": {"layers": {"learning_rate": {"low": 1e-3, "high": 1.0}}},
    }
    return read_study(document, "test")


def test_the_same_space_gives_the_same_trial_back() -> None:
    compact = load_study("compact")
    same = compact.model_copy(update={"name": "again"})
    depths = set()
    for params, run in islice(drawn(compact), 40):
        back = nearest(same, run)
        there = params["conv4.present"]
        depths.add(there)
        # What a convolution that is not there would be like, no configuration says.
        unsaid = {k for k in params if k.startswith("conv4.") and not there} - {"conv4.present"}
        assert back == {key: value for key, value in params.items() if key not in unsaid}
        assert config_of(same, params | back, seed=0) == run
    assert depths == {False, True}


def test_what_is_as_usual_is_brought_over_too() -> None:
    study = of_defaults()
    for params, run in islice(drawn(study), 20):
        assert nearest(study, run) == params


def test_a_deeper_network_loses_convolutions_and_no_other_layers() -> None:
    quick = load_study("quick")
    five = [run for _, run in islice(drawn(load_study("compact")), 20)]
    five = [run for run in five if len(run.network.convolutions) == 5]
    assert five
    for run in five:
        found = nearest(quick, run)
        near = config_of(quick, found, seed=0)
        for place, (low, high) in ((-2, (0.5, 2.0)), (-1, (0.03, 0.12))):
            layer, was = near.train.layers[place], run.train.layers[place]
            assert layer.learning_rate == min(max(was.learning_rate, low), high)
            assert layer.momentum == min(max(was.momentum, 0.8), 0.95)
            assert layer.l2 == min(was.l2, 1e-4)
        momenta = [min(max(layer.momentum, 0.8), 0.95) for layer in run.train.layers]
        kept = [layer.momentum for layer in near.train.layers]
        assert kept in [momenta[:gone] + momenta[gone + 1 :] for gone in range(5)]


@pytest.mark.parametrize(
    "convolutions",
    [
        (PLAIN | {"present": ABSENT}, POOLED, PLAIN),
        (POOLED | {"present": ABSENT}, PLAIN | {"present": ABSENT}, POOLED, PLAIN),
        (PLAIN, POOLED, POOLED | {"present": ABSENT}, PLAIN | {"present": ABSENT}),
        (PLAIN, PLAIN | {"present": ABSENT}, PLAIN | {"present": ABSENT}),
        (PLAIN, PLAIN | {"present": False}, POOLED | {"present": ABSENT}, POOLED),
    ],
)
def test_where_several_may_be_absent_the_same_network_comes_back(
    convolutions: tuple[dict[str, Any], ...],
) -> None:
    study = of_convolutions(*convolutions)
    depths = set()
    for params, run in islice(drawn(study), 20):
        back = nearest(study, run)
        # Of two that are alike it may be the other one: the network is the same.
        assert config_of(study, params | back, seed=0) == run
        depths.add(len(run.network.convolutions))
    assert len(depths) > 1


def test_of_convolutions_that_are_alike_the_last_is_absent() -> None:
    study = of_convolutions(*[PLAIN] * 2, *[PLAIN | {"present": ABSENT}] * 2)
    _, run = next(drawn(of_convolutions(*[PLAIN] * 3)))
    found = nearest(study, run)
    assert (found["conv3.present"], found["conv4.present"]) == (True, False)


def test_too_few_convolutions_leave_the_last_to_the_sampler() -> None:
    params, run = next(drawn(of_convolutions(PLAIN, POOLED)))
    found = nearest(of_convolutions(PLAIN, POOLED, PLAIN | {"present": ABSENT}, POOLED), run)
    assert found == params | {"conv3.present": False}
