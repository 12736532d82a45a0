"""A study's trainings are given the same networks all the time, wherever they run."""

from __future__ import annotations

from pathlib import Path

import pytest
from optuna.trial import TrialState
from random_network import write_random_network
from short_search import CPU, objective_in, opened
from tiny_study import tiny_study

from data.collection import Collection
from data.errors import InputError
from data.splits import SearchData
from hpo.console.progress import Progress
from hpo.finish.finalists import finish
from hpo.search.given_networks import keep_given_networks
from hpo.search.loop import search
from hpo.storage.studies import NETWORKS
from hpo.storage.workspace import Workspace, default_url
from hpo.study.definition import StudyConfig
from hpo.study.file import load_study
from hpo.study.space import fill
from hpo.workers.machine import Machine
from model.config import RunConfig

GIVEN = ("first", "second", "third")
"""Folders of networks."""
ONE = '"first"'
SEVERAL = '{ choices = ["first", "second", "third"] }'


@pytest.fixture(autouse=True)
def current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def study_with(key: str, given: str, loss: str = '"one-shot"') -> StudyConfig:
    """A study whose trainings are given networks, which are there."""
    text = tiny_study(trials=3).replace("{ choices = [4, 8] }", "4")
    Path("tiny.toml").write_text(text)
    base = load_study("tiny.toml")
    network = RunConfig.model_validate(fill(base, lambda parameter: parameter.values[0]))
    for seed, folder in enumerate(GIVEN):
        write_random_network(Path(folder), network, seed)
    Path("tiny.toml").write_text(
        text.replace("[train]", f"[train]\nloss = {loss}\n{key} = {given}")
    )
    return load_study("tiny.toml")


def change(folder: str) -> None:
    """Another network in the same place."""
    base = load_study("tiny.toml")
    network = RunConfig.model_validate(fill(base, lambda parameter: parameter.values[0]))
    write_random_network(Path(folder), network, seed=9)


@pytest.mark.parametrize("key", ["initial", "teacher"])
@pytest.mark.parametrize("given", [ONE, SEVERAL])
def test_another_network_in_the_same_place_is_refused(key: str, given: str, tmp_path: Path) -> None:
    config = study_with(key, given)
    study = opened(config, tmp_path)
    for _ in range(2):
        keep_given_networks(study, config)
    names = [name for name in GIVEN if f'"{name}"' in given]
    assert list(study.user_attrs[NETWORKS]) == names
    change(names[-1])
    with pytest.raises(InputError) as refused:
        keep_given_networks(study, config)
    said = f"study tiny: was begun with another network at {names[-1]} than there is here now"
    assert str(refused.value).startswith(said)
    # One that an older version began tells of none: it has these from now on.
    older = opened(config, tmp_path / "older")
    keep_given_networks(older, config)
    assert older.user_attrs[NETWORKS] != study.user_attrs[NETWORKS]


def test_a_teacher_that_no_loss_asks_may_change(tmp_path: Path) -> None:
    config = study_with("teacher", ONE, loss='"nca"')
    study = opened(config, tmp_path)
    keep_given_networks(study, config)
    change("first")
    keep_given_networks(study, config)
    assert NETWORKS not in study.user_attrs


@pytest.mark.parametrize("key", ["initial", "teacher"])
def test_one_that_changes_meanwhile_ends_the_search_and_the_end(
    key: str, glyphs: Collection, tmp_path: Path
) -> None:
    config = study_with(key, ONE)
    study, data = opened(config, tmp_path), SearchData.of(glyphs, config.size, CPU)
    before = Path("first/best.safetensors").read_bytes()

    class Changing(Progress):
        def trial_started(self, number: int, epochs: int, part: int = 0) -> None:
            if number == 1:
                change("first")

    for reporter in (Changing("test", 3), Progress("test", 3)):
        with pytest.raises(InputError, match="another network at first"):
            search(study, objective_in(tmp_path, config, data, reporter))
        assert [trial.state for trial in study.trials] == 2 * [TrialState.COMPLETE]
    Path("first/best.safetensors").write_bytes(before)
    search(study, objective_in(tmp_path, config, data, Progress("test", 3)))
    assert len(study.trials) == 3

    change("first")
    workspace = Workspace(tmp_path / "output", "tiny", default_url(tmp_path))
    with pytest.raises(InputError, match="another network at first"):
        finish(study, config, glyphs, Machine(device="cpu"), workspace)
    assert not workspace.folder.exists()
