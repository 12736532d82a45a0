"""What a sampler's inner working warns of does not reach people."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator

import optuna
import pytest
from optuna.trial import FrozenTrial

from hpo.study.definition import StudyConfig
from hpo.study.file import load_study, read_study
from hpo.study.samplers import make_sampler
from hpo.study.space import parameters, sample

LIMIT = 3000
NAMES = ["tpe", "gp", "additive", "random"]


@pytest.fixture
def told() -> Iterator[list[str]]:
    """What Optuna logs; other warnings are errors."""
    lines: list[str] = []

    class Noted(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record.getMessage())

    handler, log = Noted(logging.WARNING), logging.getLogger("optuna")
    log.addHandler(handler)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield lines
    log.removeHandler(handler)


def wide(sampler: str, startup: int, seed: int) -> StudyConfig:
    """Networks of which few keep to a limit, and most exceed it by far."""
    filters, kernel = {"low": 4, "high": 64}, {"low": 3, "high": 8}
    document = load_study("glyphs").unchangeable() | {
        "trials": 3,
        "seed": seed,
        "sampler": {"name": sampler, "startup_trials": startup},
        "pruner": {"name": "none"},
    }
    document["network"] = {
        "size": 28,
        "units": {"choices": [8, 4096]},
        "convolutions": [{"filters": filters, "kernel": kernel, "pool": True}],
    }
    document["train"] = {"layers": {"learning_rate": {"low": 1e-4, "high": 1e-2, "log": True}}}
    return read_study(document, "test")


def searched(config: StudyConfig, trials: int, accuracy: float) -> list[FrozenTrial]:
    """Trials without trainings; all that exceed the limit are infeasible."""
    study = optuna.create_study(direction="maximize")
    for number in range(trials):
        study.sampler = make_sampler(config, number)
        trial = study.ask()
        run = sample(trial, config, seed=0)
        excess = run.network.parameters - LIMIT
        trial.set_constraint("parameters", excess)
        study.tell(trial, 0.0 if excess > 0 else accuracy)
    return study.trials


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("sampler", NAMES)
def test_of_infeasible_trials_a_sampler_says_nothing(
    sampler: str, seed: int, told: list[str]
) -> None:
    before = optuna.logging.get_verbosity()
    assert len(searched(wide(sampler, 1, seed), 5, accuracy=0.5)) == 5
    assert told == []
    assert optuna.logging.get_verbosity() == before


@pytest.mark.parametrize("sampler", NAMES)
def test_nothing_is_said_where_another_worker_ends_the_last_random_trial(
    sampler: str, told: list[str]
) -> None:
    config = wide(sampler, 1, seed=0)
    [ended] = searched(config, 1, accuracy=0.5)
    study = optuna.create_study(direction="maximize", sampler=make_sampler(config, 1))
    trial = study.ask()
    study.add_trial(ended)
    sample(trial, config, seed=0)
    assert set(trial.params) == {parameter.name for parameter in parameters(config)}
    assert told == []
