"""A configuration trained again: reproducible, resumable, and never twice."""

import json
from dataclasses import replace
from math import sqrt
from pathlib import Path
from typing import Any

import pytest
import torch

from data.collection import Collection
from data.errors import InputError
from data.splits import SearchData
from hpo.console.progress import Progress
from hpo.database.opening import open_storage
from hpo.finish.retrain import clear_another, config_in, following_seeds, retrain, single_seed_in
from hpo.search.checkpoints import Checkpoints
from hpo.search.loop import search
from hpo.search.objective import Objective
from hpo.storage.artifacts import open_store
from hpo.storage.studies import open_study
from hpo.storage.workspace import TrainedFolder, default_url
from hpo.study.file import load_study, read_study
from hpo.trials.configuration import trial_config
from hpo.trials.ranking import best_trials
from model.config import RunConfig
from model.config_file import read_config, read_config_and_dataset, to_toml
from model.network.weights import load_network

CPU = torch.device("cpu")
at = TrainedFolder


@pytest.fixture(scope="module")
def trial(glyphs: Collection, tmp_path_factory: pytest.TempPathFactory) -> tuple[RunConfig, float]:
    """A trial's configuration, and its value in the search."""
    folder = tmp_path_factory.mktemp("search")
    base = load_study("glyphs")
    train = base.train | {"epochs": 3, "steps_per_epoch": 3}
    config = read_study(base.unchangeable() | {"trials": 1, "train": train}, "test")
    study = open_study(config, open_storage(default_url(folder), create=True))
    data, checkpoints = SearchData.of(glyphs, 28, CPU), Checkpoints(open_store(str(folder)), folder)
    search(study, Objective(config, data, CPU, checkpoints, Progress("test", 1)))
    best = best_trials(study, config, 1)[0]
    return trial_config(config, best), best.values[0]


def test_an_exported_trial_retrained_gives_its_value_again(
    trial: tuple[RunConfig, float], glyphs: Collection, tmp_path: Path
) -> None:
    config, value = trial
    assert following_seeds(config, 2) == [config.train.seed, config.train.seed + 1]
    results = retrain(config, [config.train.seed], glyphs, CPU, at(tmp_path), Progress("test", 1))
    validation = results.validation
    assert validation.one_shot_accuracy == value
    assert (validation.standard_error_over, validation.runs) == ("alphabets", 1)
    assert read_config(tmp_path / "best.toml") == config
    assert read_config_and_dataset(tmp_path / "best.toml")[1] == "glyphs"
    assert load_network(tmp_path / "best.safetensors")[1] == config


def test_a_sampled_accuracys_error_is_over_its_trials(
    trial: tuple[RunConfig, float], glyphs: Collection, tmp_path: Path
) -> None:
    config = trial[0]
    train = config.train.model_copy(update={"validation": "sampled"})
    sampled = config.model_copy(update={"train": train})
    one = retrain(sampled, [1], glyphs, CPU, at(tmp_path), Progress("test", 1)).validation
    assert (one.standard_error_over, one.runs) == ("trials", 1)
    accuracy = one.one_shot_accuracy
    assert one.standard_error == pytest.approx(sqrt(accuracy * (1 - accuracy) / 320))
    two = retrain(sampled, [1, 2], glyphs, CPU, at(tmp_path), Progress("test", 2)).validation
    assert (two.standard_error_over, two.runs) == ("seeds", 2)


def test_it_is_trained_on_what_it_was_found_on_or_what_is_asked_for(
    trial: tuple[RunConfig, float], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    older, named = tmp_path / "older.toml", tmp_path / "named.toml"
    older.write_text(to_toml(trial[0]))
    named.write_text(to_toml(trial[0], "glyphs"))
    assert [config_in(older, asked)[1] for asked in ("auto", "glyphs")] == ["auto", "glyphs"]
    assert [config_in(named, asked)[1] for asked in ("auto", "glyphs")] == ["glyphs", "glyphs"]
    assert capsys.readouterr().err == ""
    assert config_in(named, "omniglot")[1] == "omniglot"
    said = f"{named} was found on glyphs, and is retrained on omniglot\n"
    assert capsys.readouterr().err == said


def test_more_seeds_later_train_only_the_new_ones(
    trial: tuple[RunConfig, float], glyphs: Collection, tmp_path: Path, interrupting: type
) -> None:
    config, _ = trial
    first = retrain(config, [1, 2], glyphs, CPU, at(tmp_path), Progress("test", 2))
    progress = interrupting()
    second = retrain(config, [1, 2, 3], glyphs, CPU, at(tmp_path), progress)
    assert len(progress.trained) == 1
    assert second.seeds[:2] == first.seeds
    best = max(second.seeds, key=lambda seed: seed.accuracy).seed
    assert second.best_seed == best == read_config(tmp_path / "best.toml").train.seed
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "best.safetensors",
        "best.toml",
        "networks",
        "results.json",
    ]


@pytest.mark.parametrize("seeds", [[1, 2], [2]], ids=["more seeds", "another seed"])
def test_of_several_seeds_each_network_is_kept_in_a_folder_of_its_own(
    seeds: list[int], trial: tuple[RunConfig, float], glyphs: Collection, tmp_path: Path
) -> None:
    config, _ = trial
    folder = at(tmp_path)
    retrain(config, [1], glyphs, CPU, folder, Progress("test", 1))
    assert not folder.networks.exists()
    results = retrain(config, seeds, glyphs, CPU, folder, Progress("test", len(seeds)))
    for seed, result in zip((1, 2), results.seeds, strict=True):
        own = folder.one_of_several(seed)
        assert single_seed_in(own) == result
        assert load_network(own.weights)[1].train.seed == seed
        assert read_config(own.config).train.seed == seed
    best = folder.one_of_several(results.best_seed)
    assert read_config(folder.config).train.seed == results.best_seed
    assert best.weights.read_bytes() == folder.weights.read_bytes()


def test_an_interrupted_retraining_goes_on_to_the_same_network(
    trial: tuple[RunConfig, float], glyphs: Collection, tmp_path: Path, interrupting: type
) -> None:
    config, _ = trial
    seeds = [config.train.seed, config.train.seed + 1]
    whole = retrain(config, seeds, glyphs, CPU, at(tmp_path / "whole"), Progress("test", 2))
    with pytest.raises(KeyboardInterrupt):
        retrain(config, seeds, glyphs, CPU, at(tmp_path / "parts"), interrupting(5))
    progress = interrupting()
    parts = retrain(config, seeds, glyphs, CPU, at(tmp_path / "parts"), progress)
    assert progress.went_on_after == [5 - config.train.epochs]
    assert [s.accuracy for s in parts.seeds] == [s.accuracy for s in whole.seeds]
    expected, _ = load_network(tmp_path / "whole" / "best.safetensors")
    network, _ = load_network(tmp_path / "parts" / "best.safetensors")
    for name, weights in expected.state_dict().items():
        assert torch.equal(weights, network.state_dict()[name]), name
    for seed in seeds:
        one, other = (at(tmp_path / way).one_of_several(seed) for way in ("whole", "parts"))
        assert one.weights.read_bytes() == other.weights.read_bytes()


def test_it_does_not_go_on_with_other_extra_pictures(
    trial: tuple[RunConfig, float], glyphs: Collection, tmp_path: Path, interrupting: type
) -> None:
    pictures = {"pictures": {"extra": "glyphs"}}
    document = trial[0].model_dump(mode="json")
    config = RunConfig.model_validate(document | {"train": document["train"] | pictures})
    fewer = replace(glyphs, name="folder:own", fingerprint="1" * 64)
    one, other = (replace(glyphs, fingerprint=digit * 64) for digit in "23")
    with pytest.raises(KeyboardInterrupt):
        retrain(config, [1], replace(fewer, extra=one), CPU, at(tmp_path), interrupting(2))
    for extra, went_on in ((other, []), (one, [2])):
        progress = interrupting()
        retrain(config, [1], replace(fewer, extra=extra), CPU, at(tmp_path), progress)
        assert progress.went_on_after == went_on
        (tmp_path / "results.json").unlink()


def test_nothing_is_removed_where_extra_pictures_cannot_be_read(
    trial: tuple[RunConfig, float], glyphs: Collection, tmp_path: Path
) -> None:
    own = at(tmp_path / "own")
    retrain(trial[0], [1], glyphs, CPU, own, Progress("test", 1))
    document = trial[0].model_dump(mode="json")
    pictures = {"pictures": {"extra": f"folder:{tmp_path}/gone"}}
    config = RunConfig.model_validate(document | {"train": document["train"] | pictures})
    with pytest.raises(InputError, match=r"train\.pictures\.extra"):
        clear_another(config, glyphs, own)
    assert own.weights.exists()


def test_a_folder_of_another_configuration_is_left_alone(
    trial: tuple[RunConfig, float], glyphs: Collection, tmp_path: Path
) -> None:
    config, _ = trial
    retrain(config, [1], glyphs, CPU, at(tmp_path), Progress("test", 1))
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    train = config.train.model_copy(update={"steps_per_epoch": 4})
    other = config.model_copy(update={"train": train})
    with pytest.raises(InputError, match="holds results of another configuration"):
        retrain(other, [1], glyphs, CPU, at(tmp_path), Progress("test", 1))
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_results_whose_network_is_missing_are_refused(
    trial: tuple[RunConfig, float], glyphs: Collection, tmp_path: Path
) -> None:
    config, _ = trial
    retrain(config, [1], glyphs, CPU, at(tmp_path), Progress("test", 1))
    weights = at(tmp_path).weights
    weights.rename(tmp_path / "away")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(InputError, match=r"whose network, best\.safetensors, is missing; put it "):
        retrain(config, [1], glyphs, CPU, at(tmp_path), Progress("test", 1))
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
    (tmp_path / "away").rename(weights)
    assert len(retrain(config, [1], glyphs, CPU, at(tmp_path), Progress("test", 1)).seeds) == 1


@pytest.mark.parametrize("damaged", [{}, {"seeds": [{"seed": 1}]}, {"seeds": None}])
def test_damaged_results_are_refused(
    damaged: dict[str, Any], trial: tuple[RunConfig, float], glyphs: Collection, tmp_path: Path
) -> None:
    config, _ = trial
    retrain(config, [1], glyphs, CPU, at(tmp_path), Progress("test", 1))
    file = tmp_path / "results.json"
    kept = {k: v for k, v in json.loads(file.read_text()).items() if k != "seeds"}
    file.write_text(json.dumps(kept | damaged))
    with pytest.raises(InputError, match=r"results\.json: (lacks seeds|seeds: damaged); remove "):
        retrain(config, [1, 2], glyphs, CPU, at(tmp_path), Progress("test", 2))
    assert json.loads(file.read_text()) == kept | damaged
