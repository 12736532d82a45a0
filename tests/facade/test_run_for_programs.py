"""A study run by a program."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import siamese_hpo
from data.errors import InputError
from hpo.study.file import load_study


def test_a_study_gives_objects_tables_and_a_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    study = siamese_hpo.run("glyphs", trials=2, device="cpu")
    assert study.folder == Path("runs/glyphs")
    assert list(study.trials["number"]) == [0, 1]
    assert study.results.budget.trials == 2
    assert set(study.finalists["trial"]) <= {0, 1}
    winner = study.finalists[study.finalists["winner"]]
    assert winner["validation"].mean() == pytest.approx(study.results.validation.one_shot_accuracy)
    assert study.network("cpu").config == study.results.winner.config
    # A finished study is given again, to the last figure.
    again = siamese_hpo.run("glyphs", trials=2, device="cpu")
    assert again.results == study.results
    pd.testing.assert_frame_equal(again.trials, study.trials)


def test_a_definition_may_be_a_mapping_and_is_checked_as_files_are() -> None:
    path = Path(load_study.__code__.co_filename).parents[2] / "studies" / "glyphs.toml"
    definition = tomllib.loads(path.read_text())
    with pytest.raises(InputError, match=r"study: trials: "):
        siamese_hpo.run(definition | {"trials": 0})


@pytest.mark.parametrize(
    "mistaken",
    [
        {"trials": 0},
        {"trials": 2.5},
        {"trials": "four"},
        {"timeout": -1.0},
        {"timeout": float("inf")},
        {"warm_start": "no name"},
        {"workers": 0},
        {"workers": 1.5},
    ],
    ids=str,
)
def test_arguments_are_checked_before_anything_is_made(
    mistaken: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (key,) = mistaken
    with pytest.raises(InputError, match=rf"^siamese_hpo\.run: {key}: should|{key}: .*no name"):
        siamese_hpo.run("glyphs", device="cpu", **mistaken)
    assert not list(tmp_path.iterdir())
