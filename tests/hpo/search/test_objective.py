"""One trial on the glyphs: what it returns, keeps and reports."""

import shutil
import warnings
from dataclasses import replace
from math import log
from pathlib import Path
from typing import Any

import optuna
import pytest
import torch
from one_trial import config_with, objective_in, run, study_with
from taking import taken
from torch import Tensor

import hpo.search.objective
from data.splits import SearchData
from hpo.study.space import sample
from hpo.trials.outcome import in_words, state_of
from model.training.step_memory import step_memory
from model.training.trainer import Trainer


def test_the_value_is_the_best_epochs_and_every_epoch_is_reported(
    data: SearchData, tmp_path: Path
) -> None:
    study, config = study_with(), config_with()
    value = run(study, config, data, tmp_path / "checkpoint")
    trial = study.trials[0]
    assert list(trial.intermediate_values) == [1, 2, 3]
    reported = list(trial.intermediate_values.values())
    assert reported == sorted(reported)  # each the best so far
    assert value == reported[-1]
    assert 0.05 < value < 1  # better than a guess among twenty
    kept = trial.user_attrs
    assert reported.index(value) + 1 == kept["best_epoch"]
    assert kept["standard_error"] > 0
    assert kept["seconds"] > 0
    assert kept["pictures_per_second"] > 0
    assert kept["device"] == "cpu"
    assert kept["parameters"] > 1000
    assert kept["versions"]["torch"] == torch.__version__
    assert kept["versions"].keys() == {"python", "torch", "optuna", "project"}
    assert trial.constraints == {"shortfall": 0}


@pytest.mark.parametrize("loss", ["nca", "pairs"])
def test_how_many_pictures_a_step_sees_is_kept_where_there_are_fewer(
    data: SearchData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, loss: str
) -> None:
    """The time left is told of it: by the configuration alone it was several times too long."""
    seen, own = list[int](), Trainer.step

    def step(trainer: Trainer, pictures: Tensor, labels: Tensor) -> Tensor:
        seen.append(len(pictures))
        return own(trainer, pictures, labels)

    monkeypatch.setattr(Trainer, "step", step)
    batch = {"characters": 30, "drawers": 4, "pairs": 60}
    config = config_with(epochs=1, loss=loss, batch=batch)
    few = data.train.of(data.train.alphabets[:1]).by((1, 2))
    kept = []
    for number, train in enumerate((few, data.train)):
        study = study_with()
        run(study, config, replace(data, train=train), tmp_path / str(number))
        kept.append(study.trials[0].user_attrs.get("pictures_per_step"))
    assert kept == [None if loss == "pairs" else max(seen[:3]), None]
    assert set(seen[3:]) == {120}


@pytest.mark.parametrize(("kernel", "shortfall"), [(10, 1), (11, 1), (12, 2)])
def test_a_network_that_cannot_exist_costs_no_training(
    kernel: int, shortfall: int, tmp_path: Path, interrupting: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hpo.search.objective, "Trainer", None)  # there is nothing to train with,
    nothing: Any = None  # nor anything to train on
    study = study_with(**{"conv1.kernel": 9, "conv2.kernel": kernel})
    progress = interrupting()
    config = config_with()
    (value,) = objective_in(tmp_path, config, nothing, progress)(taken(study, config))
    assert value == 0
    trial = study.trials[0]
    # 28 pixels, less 8, pooled: 10; the first of the missing ones is the one to be left over.
    assert trial.constraints == {"shortfall": shortfall}
    assert trial.intermediate_values == {}
    assert trial.user_attrs.keys() == {"worker", "seed", "reason"}
    assert trial.user_attrs["reason"] == f"infeasible: 28x28 is {shortfall} pixels too small"
    assert progress.trained == []
    assert not any(path.is_file() for path in tmp_path.rglob("*"))


SMALL = {"conv1.filters": 8, "conv2.filters": 8, "units": 32}


def needs() -> tuple[int, float]:
    """Parameters, and MiB, of the network that `study_with(**SMALL)` tries first."""
    config, study = config_with(), study_with(**SMALL)
    network = sample(study.ask(), config, seed=0)
    return network.network.parameters, step_memory(network) / 2**20


@pytest.mark.parametrize("exceeded", ["parameters", "memory"])
def test_a_network_that_exceeds_a_constraint_costs_no_training(
    exceeded: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hpo.search.objective, "Trainer", None)
    nothing: Any = None
    parameters, memory = needs()
    limits = {"parameters": parameters, "memory": memory, "seconds": 60.0}
    limits[exceeded] = {"parameters": parameters - 1, "memory": memory / 2}[exceeded]
    study, config = study_with(**SMALL), config_with(constraints=limits)
    assert run(study, config, nothing, tmp_path) == 0
    study.tell(0, 0.0)
    trial = study.trials[0]
    # All of them, in the order in which any database gives them, for the Gaussian process.
    assert list(trial.constraints) == ["memory", "parameters", "shortfall", "training seconds"]
    expected = dict.fromkeys(trial.constraints, 0.0)
    expected |= {"memory": log(2)} if exceeded == "memory" else {}
    expected |= {"parameters": log(parameters / (parameters - 1))} if exceeded != "memory" else {}
    assert trial.constraints == pytest.approx(expected, abs=1e-9)
    assert state_of(trial) == "infeasible"
    need = f"{parameters:,} parameters" if exceeded == "parameters" else f"{memory:,.1f} MiB"
    assert in_words(trial) == (
        f"infeasible: {need}, constraints.{exceeded} allows {limits[exceeded]:,}"
    )
    assert trial.intermediate_values == {}


def test_a_training_that_would_take_too_long_ends_after_its_first_epoch(
    data: SearchData, tmp_path: Path
) -> None:
    study, config = study_with(), config_with(constraints={"seconds": 1e-3})
    value = run(study, config, data, tmp_path)
    study.tell(0, value)
    trial = study.trials[0]
    assert trial.intermediate_values == {1: value}
    assert list(trial.constraints) == ["shortfall", "training seconds"]
    # As long as three epochs of the first one's length, and it took that one.
    seconds = trial.user_attrs["seconds"]
    assert state_of(trial) == "infeasible"
    assert in_words(trial).startswith("infeasible after epoch 1: would take ")
    assert trial.constraints["training seconds"] == pytest.approx(log(3 * seconds / 1e-3))
    assert trial.user_attrs["reason"] == (
        f"infeasible: would take {3 * seconds:,.1f} s, constraints.seconds allows 0.001"
    )


def test_what_takes_no_longer_is_trained_to_its_end_and_says_how_much_was_left(
    data: SearchData, tmp_path: Path
) -> None:
    study, config = study_with(), config_with(constraints={"seconds": 1e4})
    run(study, config, data, tmp_path)
    trial = study.trials[0]
    assert list(trial.intermediate_values) == [1, 2, 3]
    expected = log(trial.user_attrs["seconds"] / 1e4)
    assert trial.constraints == {"shortfall": 0, "training seconds": pytest.approx(expected)}


def test_a_pruned_training_tells_what_its_seconds_would_have_been(
    data: SearchData, tmp_path: Path
) -> None:
    """The Gaussian process needs the same constraints of all trials."""
    study, config = (
        study_with(optimiser="sgd"),
        config_with(
            layers={"learning_rate": 10.0, "l2": 1.0},
            steps_per_epoch=30,
            epochs=4,
            constraints={"seconds": 1e4},
        ),
    )
    with pytest.raises(optuna.TrialPruned):
        run(study, config, data, tmp_path)
    trial = study.trials[0]
    assert 0 < len(trial.intermediate_values) < 4
    assert trial.constraints["training seconds"] > log(trial.user_attrs["seconds"] / 1e4)


def test_a_loss_that_is_not_finite_prunes_at_once(data: SearchData, tmp_path: Path) -> None:
    study = study_with(optimiser="sgd")
    layers = {"learning_rate": 10.0, "l2": 1.0}
    config = config_with(layers=layers, steps_per_epoch=30, epochs=4)
    with pytest.raises(optuna.TrialPruned):
        run(study, config, data, tmp_path / "checkpoint")
    trial = study.trials[0]
    epochs = len(trial.intermediate_values)
    assert epochs < 4
    assert trial.user_attrs["reason"].startswith(f"the loss of epoch {epochs} is ")


@pytest.mark.parametrize("checkpoint_survives", [True, False])
def test_an_interrupted_trial_ends_as_if_it_had_not_been(
    data: SearchData,
    tmp_path: Path,
    interrupting: type,
    checkpoint_survives: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    config = config_with()
    expected = study_with()
    value = run(expected, config, data, tmp_path / "uninterrupted")

    study, folder = study_with(), tmp_path / "interrupted"
    trial = taken(study, config)
    with pytest.raises(KeyboardInterrupt):
        objective_in(folder, config, data, interrupting(2))(trial)
    assert list(study.trials[0].intermediate_values) == [1]
    shutil.rmtree(folder / "scratch")
    if not checkpoint_survives:  # the store was on another machine
        shutil.rmtree(folder / "store")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        again = optuna.Trial(study, trial._trial_id)
        progress = interrupting()
        assert objective_in(folder, config, data, progress)(again) == [value]
    assert ("starts again" in caplog.text) == (not checkpoint_survives)
    assert study.trials[0].intermediate_values == expected.trials[0].intermediate_values
    assert study.trials[0].params == expected.trials[0].params


def test_a_checkpoint_of_another_training_is_passed_over(
    data: SearchData, tmp_path: Path, interrupting: type, caplog: pytest.LogCaptureFixture
) -> None:
    """As of a study that had this name in the store before."""
    config, study = config_with(), study_with()
    value = run(config=config, study=study_with(), data=data, folder=tmp_path / "undisturbed")
    trial = taken(study, config)
    with pytest.raises(KeyboardInterrupt):
        objective_in(tmp_path, config, data, interrupting(2))(trial)
    other, shorter = study_with(), config_with(steps_per_epoch=2)
    with pytest.raises(KeyboardInterrupt):
        objective_in(tmp_path, shorter, data, interrupting(2))(taken(other, shorter))
    theirs = tmp_path / "store" / f"{other.study_name}-0-0"
    theirs.replace(tmp_path / "store" / f"{study.study_name}-0-0")
    again = optuna.Trial(study, trial._trial_id)
    assert objective_in(tmp_path, config, data, interrupting())(again) == [value]
    assert "trial 0: its checkpoint is another training's; it starts again" in caplog.text
