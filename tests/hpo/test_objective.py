"""One trial on the glyphs: what it returns, keeps, reports, and what it cannot see."""

import ast
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import optuna
import pytest
import torch

import hpo.objective
import hpo.search
from data.collection import Collection
from data.glyphs import make_glyphs
from data.splits import SearchData, paper_splits
from hpo.objective import run_trial
from hpo.progress import Progress
from hpo.study import StudyConfig
from hpo.study_file import load_study, read_study
from model.train import EpochReport

CPU = torch.device("cpu")


class StopAfter(Progress):
    """Interrupts when so many epochs are done."""

    def __init__(self, epochs: int) -> None:
        super().__init__("test", 1)
        self.epochs = epochs

    def epoch_done(self, report: EpochReport) -> None:
        if report.epoch + 1 == self.epochs:
            raise KeyboardInterrupt


@pytest.fixture(scope="module")
def collection() -> Collection:
    return make_glyphs()


@pytest.fixture(scope="module")
def data(collection: Collection) -> SearchData:
    return SearchData.of(collection, 28, CPU)


def config_with(**train: Any) -> StudyConfig:  # noqa: ANN401
    """The glyphs' study without pruner, with another training."""
    document = load_study("glyphs").definition() | {"trials": 1, "pruner": {"name": "none"}}
    document["train"] = document["train"] | {"epochs": 3, "steps_per_epoch": 3} | train
    return read_study(document, "test")


def study_with(**params: Any) -> optuna.Study:  # noqa: ANN401
    """A study in memory whose first trial has these parameters, or those of a small network."""
    study = optuna.create_study(direction="maximize", pruner=optuna.pruners.NopPruner())
    study.enqueue_trial({"conv1.kernel": 5, "conv2.kernel": 3, "optimiser": "adam"} | params)
    study.sampler = optuna.samplers.RandomSampler(seed=0)
    return study


def run(study: optuna.Study, config: StudyConfig, data: SearchData, checkpoint: Path) -> float:
    return run_trial(study.ask(), config, data, CPU, checkpoint, Progress("test", 1))


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
    assert reported.index(value) == kept["best_epoch"]
    assert kept["standard_error"] > 0
    assert kept["seconds"] > 0
    assert kept["pictures_per_second"] > 0
    assert kept["device"] == "cpu"
    assert kept["parameters"] > 1000
    assert kept["versions"]["torch"] == torch.__version__
    assert kept["versions"].keys() == {"python", "torch", "optuna", "project"}
    assert trial.constraints == {"shortfall": 0}


def test_the_test_alphabets_are_out_of_reach(collection: Collection, tmp_path: Path) -> None:
    config, splits = config_with(epochs=2), paper_splits(collection)

    def value_without(alphabets: tuple[str, ...]) -> float:
        rows = [i for i, name in enumerate(collection.names) if name.split("/")[0] in alphabets]
        assert rows
        packed = collection.packed.copy()
        packed[rows] = 0
        blind = SearchData.of(replace(collection, packed=packed), config.size, CPU)
        return run(study_with(), config, blind, tmp_path / "-".join(alphabets))

    seen = run(study_with(), config, SearchData.of(collection, config.size, CPU), tmp_path / "all")
    assert value_without(splits.test.alphabets) == seen
    assert value_without(splits.validation.alphabets[:3]) != seen


@pytest.mark.parametrize("module", [hpo.objective, hpo.search])
def test_the_search_imports_nothing_that_gives_test_pictures(module: Any) -> None:  # noqa: ANN401
    names = {
        alias.name
        for node in ast.walk(ast.parse(Path(module.__file__).read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert "SearchData" in names
    forbidden = {"Collection", "held_out_characters", "load_collection", "load_omniglot"}
    assert not names & (forbidden | {"make_glyphs", "paper_splits", "data"})


def test_a_network_that_cannot_exist_costs_no_training(data: SearchData, tmp_path: Path) -> None:
    study = study_with(**{"conv1.kernel": 9, "conv2.kernel": 12})
    assert run(study, config_with(), data, tmp_path / "checkpoint") == 0
    trial = study.trials[0]
    assert trial.constraints["shortfall"] > 0
    assert trial.intermediate_values == {}
    assert "28x28" in trial.user_attrs["reason"]
    assert not (tmp_path / "checkpoint").exists()


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
    data: SearchData, tmp_path: Path, checkpoint_survives: bool
) -> None:
    config = config_with()
    expected = study_with()
    value = run(expected, config, data, tmp_path / "uninterrupted")

    study, checkpoint = study_with(), tmp_path / "interrupted"
    trial = study.ask()
    with pytest.raises(KeyboardInterrupt):
        run_trial(trial, config, data, CPU, checkpoint, StopAfter(2))
    assert list(study.trials[0].intermediate_values) == [1]
    if not checkpoint_survives:  # it was on another machine
        checkpoint.unlink()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        again = optuna.Trial(study, trial._trial_id)
        assert run_trial(again, config, data, CPU, checkpoint, Progress("test", 1)) == value
    assert study.trials[0].intermediate_values == expected.trials[0].intermediate_values
    assert study.trials[0].params == expected.trials[0].params
