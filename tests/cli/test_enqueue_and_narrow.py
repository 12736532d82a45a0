"""Configurations of one's own are tried next; a new study searches around an old one's best."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
import tomli_w
from optuna.trial import TrialState, create_trial
from test_export_and_status import done, stored
from typer.testing import CliRunner

from hpo.database.opening import open_storage
from hpo.storage.studies import open_study
from hpo.storage.workspace import default_url
from hpo.study.file import load_study, read_study
from hpo.study.space import config_of, parameters
from model.config_file import to_toml
from run_study import app

Refused = Callable[..., str]
WriteStudy = Callable[..., str]


RATE = "train.layers.0.learning_rate"


def own(rate: float) -> str:
    """A configuration of the study "tiny", but for one rate that may lie beyond its range."""
    params = {"conv1.filters": 8} | {f"{of}.learning_rate": 0.02 for of in LAYERS}
    document = tomllib.loads(to_toml(config_of(load_study("tiny.toml"), params, seed=1)))
    document["train"]["layers"][0]["learning_rate"] = rate
    return tomli_w.dumps(document)


LAYERS = ("conv1", "embedding", "output")


@pytest.mark.usefixtures("begun")
def test_what_is_enqueued_is_tried_next() -> None:
    Path("own.toml").write_text(own(0.02))
    Path("fast.toml").write_text(own(0.5))
    assert done("enqueue", "tiny", "own.toml", "fast.toml").splitlines() == [
        "own.toml: is tried next, as it is",
        f"fast.toml: is tried next, with {RATE} 0.1 instead of 0.5",
    ]
    assert [trial.state for trial in stored().trials] == [TrialState.WAITING] * 2
    done("run", "tiny.toml")
    first, second, *others = stored().trials
    assert first.params == {"conv1.filters": 8} | {f"{of}.learning_rate": 0.02 for of in LAYERS}
    assert second.params == first.params | {"conv1.learning_rate": 0.1}
    named = [trial.user_attrs.get("enqueued") for trial in (first, second, *others)]
    assert named == ["own.toml", "fast.toml", None]
    results = Path("runs/tiny/results.json").absolute()
    all_done = "all 3 trials are done: this waits until"
    assert done("enqueue", "tiny", "own.toml").splitlines() == [
        "own.toml: is tried next, as it is",
        f"study tiny: is tested; {all_done} {results} is removed and `run` allows more",
    ]
    results.unlink()
    assert done("enqueue", "tiny", "own.toml").splitlines() == [
        "own.toml: is tried next, as it is",
        f"study tiny: {all_done} `run` allows more",
    ]
    done("run", "tiny.toml", "--trials", "5")
    assert [trial.state for trial in stored().trials] == [TrialState.COMPLETE] * 5


@pytest.mark.usefixtures("begun")
def test_a_configuration_of_another_shape_is_brought_into_the_space(glyphs_config: str) -> None:
    Path("deeper.toml").write_text(glyphs_config)
    line = done("enqueue", "tiny", "deeper.toml")
    assert line.startswith("deeper.toml: is tried next, with ")
    assert "network.convolutions.1.filters none instead of 8" in line
    assert "train.batch.composed" not in line  # a default, here and there
    [waiting] = stored().trials
    assert waiting.system_attrs["fixed_params"]["conv1.filters"] == 8


@pytest.mark.usefixtures("begun")
def test_a_wrong_file_enqueues_nothing(refused: Refused) -> None:
    Path("own.toml").write_text(own(0.02))
    Path("wrong.toml").write_text("[network]\nunits = 'many'\n")
    for other in ("wrong.toml", "missing.toml"):
        line = refused("enqueue", "tiny", "own.toml", other)
        assert line.startswith(f"error: {other}: ")
    assert stored().trials == []


def test_a_narrowed_study_runs(write_study: WriteStudy, refused: Refused) -> None:
    done("run", write_study())
    done("narrow", "tiny", "--top", "2", "--name", "closer", "--output", "closer.toml")
    closer = load_study("closer.toml")
    assert closer.name == "closer"
    best = sorted(
        (t for t in stored().trials if t.state is TrialState.COMPLETE), key=lambda t: -t.values[0]
    )[:2]
    for parameter in parameters(closer):
        assert all(parameter.has(trial.params[parameter.name]) for trial in best)
    done("run", "closer.toml")
    assert 'name = "tiny-2"' in done("narrow", "tiny")
    line = refused("narrow", "tiny", "--name", "a/b")
    assert "name" in line
    assert "a/b" in line
    line = refused("narrow", "tiny", "--name", "tiny", "--output", "own.toml")
    assert line.startswith("error: --name tiny: ")
    assert not Path("own.toml").exists()


def test_a_pruner_waits_for_no_more_epochs_than_are_left(write_study: WriteStudy) -> None:
    document = tomllib.loads(Path(write_study()).read_text())
    document["train"]["epochs"] = {"choices": [1, 2, 3]}
    document["pruner"] = {"name": "median", "min_epochs": 3}
    config = read_study(document, "tiny")
    study = open_study(config, open_storage(default_url(Path("runs/tiny")), create=True))
    params = {p.name: p.values[0] for p in parameters(config)}
    distributions = {p.name: p.distribution for p in parameters(config)}
    for epochs, value in ((1, 0.6), (2, 0.5), (3, 0.4)):
        study.add_trial(
            create_trial(
                params=params | {"epochs": epochs},
                distributions=distributions,
                value=value,
                user_attrs={"seed": epochs},
            )
        )
    words = ("narrow", "tiny", "--output", "closer.toml", "--top")
    result = CliRunner().invoke(app, [*words, "2"])
    assert result.exit_code == 0, result.output
    line = "study tiny-2: pruner.min_epochs is 2 instead of 3, as no trial has more epochs\n"
    assert line in result.stderr
    assert load_study("closer.toml").pruner.min_epochs == 2
    assert "min_epochs" not in CliRunner().invoke(app, [*words, "3"]).stderr
    assert load_study("closer.toml").pruner.min_epochs == 3


@pytest.mark.usefixtures("begun")
def test_too_few_trials_are_refused(refused: Refused) -> None:
    assert "0 complete trials" in refused("narrow", "tiny")
