"""The studies that no test runs in earnest: each from start to end, at the least budget."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import tomli_w
from typer.testing import CliRunner

from data.collection import Collection
from hpo.study.file import load_study
from run_study import app


@pytest.fixture(autouse=True)
def few_alphabets(glyphs: Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the glyphs, two alphabets to validate on and two to test on: so large networks take long.

    The first half of the alphabets that are held out is to validate on.
    """
    half = len(glyphs.evaluation) // 2
    kept = glyphs.evaluation[half - 2 : half + 2]
    runs = tuple(run for run in glyphs.runs if run.alphabet in kept)
    few = replace(glyphs, evaluation=kept, runs=runs)
    monkeypatch.setattr("data.sources.load.make_glyphs", lambda: few)


@pytest.mark.parametrize("name", ["compact", "deep"])
def test_a_study_runs_to_its_end(name: str) -> None:
    study = load_study(name)
    document = study.model_dump(mode="json", exclude_none=True) | {
        "dataset": "glyphs",
        "trials": 1,
        "finish": {"finalists": 1, "seeds": 1, "epochs": 1},
    }
    document["train"] |= {"epochs": study.pruner.min_epochs, "steps_per_epoch": 1}
    Path("short.toml").write_text(tomli_w.dumps(document))
    result = CliRunner().invoke(app, ["run", "short.toml"])
    assert result.exit_code == 0, result.output
    found = json.loads(Path(f"runs/{name}/results.json").read_text())
    assert found["trials"]["complete"] == 1
    assert found["definition"]["network"] == study.unchangeable()["network"]
    assert 0 < found["test"]["one_shot_accuracy"] < 1
