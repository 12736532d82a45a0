"""Samplers learn: from values, and from which networks cannot exist. Random is what they beat."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import log10
from pathlib import Path
from statistics import fmean
from types import SimpleNamespace
from typing import Any

import optuna
import pytest
import torch
from optuna.samplers import BaseSampler, GPSampler, RandomSampler, TPESampler
from optuna.trial import FrozenTrial, TrialState

import hpo.search.objective
from hpo.console.progress import Progress
from hpo.search.checkpoints import Checkpoints
from hpo.search.loop import search
from hpo.search.objective import Objective
from hpo.storage.artifacts import open_store
from hpo.study.additive import AdditiveSampler
from hpo.study.definition import SamplerConfig, StudyConfig
from hpo.study.file import load_study, read_study
from hpo.study.samplers import make_sampler
from hpo.study.space import sample
from hpo.trials.outcome import is_infeasible
from model.config import RunConfig
from model.training.epoch_report import EpochReport

STARTUP = 8
CPU = torch.device("cpu")


class Trained:
    """In place of a training: its accuracy follows from the configuration at once."""

    def __init__(
        self, config: RunConfig, data: object, device: object, checkpoint: Path, steps_done: object
    ) -> None:
        self.config, self.checkpoint = config, checkpoint
        first, *_, last = config.train.layers
        away = abs(log10(first.learning_rate) + 2) + abs(log10(last.learning_rate) + 3)
        self.accuracy = 1 - away / 5  # best at 0.01 and 0.001
        self.network = SimpleNamespace(parameters=lambda: ())
        self.history: list[EpochReport] = []

    def run(self) -> Iterator[EpochReport]:
        self.checkpoint.touch()
        self.history.append(
            EpochReport(0, 1.0, self.accuracy, 0.1, 0, self.accuracy, 0.1, 0.0, 1.0)
        )
        yield self.history[0]


def config_with(
    sampler: str, startup: int = STARTUP, seed: int = 0, trials: int = 10
) -> StudyConfig:
    """Two kernels, which together are too large in half of all networks, and two rates."""
    kernel = {"low": 3, "high": 27}
    rate = {"low": 1e-5, "high": 1.0, "log": True}
    document: dict[str, Any] = {
        "name": "toy",
        "seed": seed,
        "trials": trials,
        "infeasible_trials": 1000,
        "sampler": {"name": sampler, "startup_trials": startup},
        "network": {
            "size": 28,
            "units": 8,
            "convolutions": [{"filters": 4, "kernel": kernel}, {"filters": 4, "kernel": kernel}],
        },
        "train": {
            "epochs": 1,
            "layers": [{"learning_rate": value} for value in (rate, 0.1, 0.1, rate)],
        },
    }
    return read_study(document, "test")


Proposed = Callable[..., list[FrozenTrial]]


@pytest.fixture
def proposed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Proposed:
    """The trials of a search in which all is real but the training."""
    monkeypatch.setattr(hpo.search.objective, "Trainer", Trained)
    many = SimpleNamespace(names=range(1000), drawers=range(20))
    data: Any = SimpleNamespace(train=many)

    def trials(config: StudyConfig) -> list[FrozenTrial]:
        study = optuna.create_study(direction="maximize")
        checkpoints = Checkpoints(open_store(str(tmp_path)), tmp_path)
        progress = Progress("test", config.trials)
        search(study, Objective(config, data, CPU, checkpoints, progress))
        return study.trials

    return trials


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("tpe", TPESampler),
        ("gp", GPSampler),
        ("additive", AdditiveSampler),
        ("random", RandomSampler),
    ],
)
def test_each_name_stands_for_its_sampler(name: str, kind: type[BaseSampler]) -> None:
    assert isinstance(make_sampler(config_with(name), 0), kind)


def test_a_forgotten_name_makes_no_sampler() -> None:
    config = config_with("tpe")
    sampler = config.sampler.model_copy(update={"name": "forgotten"})
    with pytest.raises(AssertionError, match="forgotten"):
        make_sampler(config.model_copy(update={"sampler": sampler}), 0)


@pytest.mark.parametrize("name", ["tpe", "gp"])
def test_the_space_is_the_one_that_optuna_would_find(name: str) -> None:
    config = load_study("glyphs")
    config = config.model_copy(update={"sampler": SamplerConfig(name=name)})
    study = optuna.create_study()
    trial = study.ask()
    sample(trial, config, seed=0)
    study.tell(trial, 0.5)
    known = make_sampler(config, 1).infer_relative_search_space(study, study.trials[0])
    usual = (TPESampler() if name == "tpe" else GPSampler()).infer_relative_search_space(
        study, study.trials[0]
    )
    assert list(known.items()) == list(usual.items())
    assert len(known) > 5


@pytest.mark.parametrize("name", ["tpe", "gp", "additive"])
@pytest.mark.parametrize("startup", [3, 9])
def test_so_many_trials_are_random_and_no_more(name: str, startup: int, proposed: Proposed) -> None:
    chance = [trial.params for trial in proposed(config_with("random", trials=6))]
    trials = [trial.params for trial in proposed(config_with(name, startup, trials=6))]
    assert trials[:startup] == chance[:startup]
    later = [one != other for one, other in zip(trials[startup:], chance[startup:], strict=False)]
    assert later
    assert all(later)


@pytest.mark.parametrize(("name", "learns"), [("tpe", True), ("gp", False)])
def test_who_learns_from_pruned_trials(name: str, learns: bool) -> None:
    """As the documents say; a newer Optuna may differ."""
    config = config_with(name)
    study = optuna.create_study(direction="maximize")
    for _ in range(STARTUP):
        trial = study.ask()
        sample(trial, config, seed=0)
        trial.report(0.5, 1)
        study.tell(trial, state=TrialState.PRUNED)
    sampler = make_sampler(config, STARTUP)
    study.sampler = sampler
    asked = study.ask()
    space = sampler.infer_relative_search_space(study, study.trials[asked.number])
    found = sampler.sample_relative(study, study.trials[asked.number], space)
    assert bool(found) is learns


@pytest.mark.parametrize("name", ["tpe", "gp", "additive"])
def test_what_exceeds_a_constraint_is_learned(name: str, proposed: Proposed) -> None:
    """Up to 512 units, of which a quarter keeps to the number of parameters."""

    def exceed(sampler: str) -> int:
        document = config_with(sampler, trials=12).model_dump(mode="json")
        convolution = {"filters": 4, "kernel": 5}
        document["network"] |= {"convolutions": [convolution] * 2}
        document["network"] |= {"units": {"low": 1, "high": 512}}
        config = read_study(document | {"constraints": {"parameters": 200_000}}, "test")
        trials = proposed(config)
        assert sum(not is_infeasible(trial) for trial in trials) == 12
        return sum(is_infeasible(trial) for trial in trials[STARTUP:])

    assert exceed("random") >= 20
    assert exceed(name) <= 8


@pytest.mark.parametrize("name", ["tpe", "gp", "additive"])
def test_what_learns_beats_chance(name: str, proposed: Proposed) -> None:
    """After the start: fewer networks that cannot exist, and better learning rates."""

    def learned(sampler: str) -> tuple[int, float]:
        later = [
            trial
            for seed in range(2)
            for trial in proposed(config_with(sampler, seed=seed, trials=20))[STARTUP:]
        ]
        values = [trial.values[0] for trial in later if not is_infeasible(trial)]
        return len(later) - len(values), fmean(values)

    infeasible, value = learned(name)
    by_chance, value_by_chance = learned("random")
    assert by_chance >= 9
    assert infeasible <= by_chance / 3
    assert value > value_by_chance + 0.1
