"""A study run by a program."""

from __future__ import annotations

import re
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NoReturn

import pandas as pd
import pytest

import siamese_hpo
from data.errors import InputError
from hpo.storage.workspace import Workspace
from hpo.study.file import load_study, own_studies
from siamese_hpo.study import changed


def test_a_study_gives_objects_tables_and_a_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    study = siamese_hpo.run("glyphs", trials=2, device="cpu")
    monkeypatch.chdir("/")  # a program may go elsewhere, and its study stays where it is
    assert study.folder == tmp_path / "runs" / "glyphs"
    assert list(study.trials["number"]) == [0, 1]
    assert study.results.budget.trials == 2
    assert set(study.finalists["trial"]) <= {0, 1}
    winner = study.finalists[study.finalists["winner"]]
    assert winner["validation"].mean() == pytest.approx(study.results.validation.one_shot_accuracy)
    assert study.network("cpu").config == study.results.winner.config
    # A finished study is given again, to the last figure.
    monkeypatch.chdir(tmp_path)
    again = siamese_hpo.run("glyphs", trials=2, device="cpu")
    assert again.results == study.results
    pd.testing.assert_frame_equal(again.trials, study.trials)


def test_a_definition_may_be_a_mapping_and_is_checked_as_files_are() -> None:
    path = Path(load_study.__code__.co_filename).parents[2] / "studies" / "glyphs.toml"
    definition = tomllib.loads(path.read_text())
    with pytest.raises(InputError, match=r"study: trials: "):
        siamese_hpo.run(definition | {"trials": 0})


@pytest.mark.parametrize(
    ("asked", "line"),
    [
        ({"trials": 0}, "siamese_hpo.run: trials: "),
        ({"trials": 2.5}, "siamese_hpo.run: trials: "),
        ({"trials": "2"}, "siamese_hpo.run: trials: "),
        ({"trials": True}, "siamese_hpo.run: trials: "),
        ({"timeout": float("nan")}, "siamese_hpo.run: timeout: "),
        ({"timeout": -1}, "siamese_hpo.run: timeout: "),
        ({"warm_start": "../older"}, "siamese_hpo.run: warm_start: "),
        ({"warm_start": 3}, "siamese_hpo.run: warm_start: "),
        ({"workers": 0}, "workers 0: should be a whole number, 1 to 1000"),
        ({"workers": 10**12}, "workers 1000000000000: should be a whole number, 1 to 1000"),
        ({"workers": "2"}, "workers '2': should be a whole number, 1 to 1000"),
        ({"workers": True}, "workers True: should be a whole number, 1 to 1000"),
        ({"folder": ""}, "a path is empty"),
        ({"data_root": ""}, "a path is empty"),
        ({"study": ""}, "a path is empty"),
        ({"device": "gpu"}, "gpu"),
    ],
)
def test_a_bad_argument_is_told_and_begins_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: dict[str, Any], line: str
) -> None:
    """What the storage once had of it, no later call could read."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=re.escape(line)):
        siamese_hpo.run(**({"study": "glyphs"} | asked))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", own_studies())
def test_what_is_asked_of_a_study_leaves_all_else(name: str) -> None:
    config = load_study(name)
    assert changed(config, {}) == config
    asked = changed(config, {"trials": 7})
    assert asked.unchangeable() == config.unchangeable()
    assert asked.trials == 7


def test_results_go_to_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    found: list[Workspace] = []

    def run_in(_: object, collection: object, machine: object, workspace: Workspace) -> NoReturn:
        found.append(workspace)
        raise KeyboardInterrupt

    monkeypatch.setattr("siamese_hpo.study.run_in", run_in)
    with pytest.raises(KeyboardInterrupt):
        siamese_hpo.run("glyphs", folder="~/mine")
    assert found == [Workspace.of("glyphs", tmp_path / "mine")]


def test_a_study_may_be_run_in_a_thread(tmp_path: Path) -> None:
    """As the programs that serve pages do, and those with windows."""
    with ThreadPoolExecutor(1) as threads:
        given = {"trials": 1, "folder": tmp_path / "mine", "device": "cpu"}
        study = threads.submit(siamese_hpo.run, "glyphs", **given).result()
    assert len(study.trials) == 1
