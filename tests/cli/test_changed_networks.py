"""A study or a retraining whose given network was changed since it was begun: one line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tiny_study import tiny_study
from typer.testing import CliRunner

from hpo.database.opening import open_storage
from hpo.storage.studies import open_study
from hpo.storage.workspace import default_url
from hpo.study.file import load_study
from run_study import app

pytestmark = pytest.mark.usefixtures("own_cache")


def done(*words: str) -> None:
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output


def refused(*words: str) -> str:
    """The last line of a command that must fail."""
    result = CliRunner().invoke(app, words)
    assert (result.exit_code, result.stdout) == (2, ""), result.output
    return result.stderr.splitlines()[-1]


@pytest.mark.parametrize("key", ["initial", "teacher"])
def test_run_join_and_retrain_refuse_it(key: str) -> None:
    fixed = tiny_study(trials=1).replace("{ choices = [4, 8] }", "4")
    Path("tiny.toml").write_text(fixed)
    done("run", "tiny.toml")
    shutil.copytree("runs/tiny", "given")
    named = f'[train]\nloss = "one-shot"\n{key} = "given"'
    text = fixed.replace('"tiny"', '"second"').replace("[train]", named)
    Path("second.toml").write_text(text)
    done("run", "second.toml")
    done("retrain", "runs/second/best.toml", "--output", "net")

    shutil.copy("runs/second/best.safetensors", "given")
    done("run", "second.toml")  # it is finished, and shown
    said = "error: net: holds results of another network at given; choose another folder"
    assert refused("retrain", "runs/second/best.toml", "--output", "net") == said
    results = Path("runs/second/results.json")
    content = results.read_text()
    results.unlink()
    said = "error: study second: was begun with another network at given than there is here now ("
    assert refused("run", "second.toml", "--trials", "2").startswith(said)
    results.write_text(content)
    storage = open_storage(default_url(Path("runs/second")), create=False)
    open_study(load_study("second.toml").model_copy(update={"trials": 2}), storage)
    storage.disconnect()
    for workers in ("1", "2"):
        assert refused("join", "second", "--workers", workers).startswith(said)

    shutil.copy("runs/tiny/best.safetensors", "given")
    done("retrain", "runs/second/best.toml", "--output", "net")
    done("join", "second")


@pytest.mark.parametrize("key", ["initial", "teacher"])
def test_a_finished_study_is_shown_in_another_folder_where_it_is_gone(key: str) -> None:
    fixed = tiny_study(trials=1).replace("{ choices = [4, 8] }", "4")
    Path("tiny.toml").write_text(fixed)
    done("run", "tiny.toml")
    named = f'[train]\nloss = "one-shot"\n{key} = "runs/tiny"'
    Path("second.toml").write_text(fixed.replace('"tiny"', '"second"').replace("[train]", named))
    there = ("run", "second.toml", "--storage", default_url(Path()))
    done(*there)
    shutil.copy("runs/second/best.safetensors", "runs/tiny")
    done(*there, "--output", "changed")
    shutil.rmtree("runs/tiny")
    done(*there, "--output", "gone")
    first = Path("runs/second/results.json").read_text()
    assert Path("changed/results.json").read_text() == first
    assert Path("gone/results.json").read_text() == first
    # It would be searched further, where what it is given is needed.
    more = (*there, "--trials", "2", "--output", "more")
    assert refused(*more) == f"error: train.{key}: runs/tiny: no such folder or file"
