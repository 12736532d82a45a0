"""What is asked wrongly: exit status 2, one line that says what, where and what is allowed."""

import json
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from sqlalchemy import make_url
from typer.testing import CliRunner

from hpo.database.opening import open_storage
from run_study import app

PROJECT = Path(__file__).parents[2]
Refused = Callable[..., str]
WriteStudy = Callable[..., str]


def test_a_device_that_is_not_there(refused: Refused) -> None:
    found = torch.cuda.device_count() if torch.cuda.is_available() else 0
    wrong = "cuda" if not found else "cuda:99"
    for device in ("cuda:99", "cuda:128", "cuda:256", wrong):
        assert (
            refused("run", "glyphs", "--device", device)
            == f"error: --device {device}: this machine has {found} usable CUDA GPUs; use cpu"
        )
    assert (
        refused("run", "glyphs", "--device", "tpu")
        == "error: --device tpu: allowed are auto, cpu, cuda and cuda:N"
    )


def test_a_study_that_is_not_there(refused: Refused) -> None:
    there = ", ".join(sorted(path.stem for path in (PROJECT / "studies").glob("*.toml")))
    assert "glyphs" in there
    assert refused("run", "nothing") == f"error: nothing: no such study; there are {there}"
    assert refused("run", "glyhps") == "error: glyhps: no such study; did you mean glyphs?"


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ("trials = 3", "trails = 3", "trails: unknown key; did you mean trials?"),
        ("size = 14", "siz = 14", "network.siz: unknown key; did you mean size?"),
        (
            "low = 1e-3",
            "low = 1",
            "train.layers.learning_rate: low 1 must be below high 0.1",
        ),
        (
            "kernel = 3",
            "kernel = 15",
            "network.convolutions: no network of this space can exist; with the smallest kernels"
            " a picture of size 14 is still 1 pixels too small",
        ),
        (
            '"random"',
            '"bayes"',
            "sampler.name: should be 'tpe', 'gp', 'additive', 'nsga2' or 'random', not 'bayes'",
        ),
        (
            "trials = 3",
            "trials = 0",
            "trials: should be greater than or equal to 1, not 0",
        ),
    ],
)
def test_a_mistake_in_a_study_is_named(
    right: str, wrong: str, message: str, refused: Refused, write_study: WriteStudy
) -> None:
    path = Path(write_study())
    path.write_text(path.read_text().replace(right, wrong))
    assert refused("run", str(path)) == f"error: tiny.toml: {message}"


def test_a_study_that_is_no_toml(refused: Refused, write_study: WriteStudy) -> None:
    path = Path(write_study())
    path.write_text(path.read_text().replace("trials = 3", "trials = "))
    error = refused("run", str(path))
    assert error.startswith("error: tiny.toml: ")
    assert error.endswith("(at line 4, column 10): 'trials ='")


@pytest.mark.parametrize("command", ["status", "export", "dashboard", "report", "join"])
def test_a_study_that_was_never_run(command: str, refused: Refused) -> None:
    url = "sqlite:///runs/quick/study.db"
    expected = f"error: study quick: storage {url}: no such file; `run` starts a study"
    assert refused(command, "quick") == expected
    open_storage("sqlite:///empty.db", create=True)
    error = refused(command, "quick", "--storage", "sqlite:///empty.db")
    assert error == "error: study quick: not in storage sqlite:///empty.db; it has none"


def test_where_a_study_is_not_is_told_without_the_password(refused: Refused, postgres: str) -> None:
    open_storage(postgres, create=True)
    # The server takes whoever comes, with any password.
    secret = make_url(postgres).set(password="se-cret")
    url = secret.render_as_string(hide_password=False)
    shown = secret.render_as_string(hide_password=True)
    for command in ("status", "join"):
        error = refused(command, "quick", "--storage", url)
        assert error == f"error: study quick: not in storage {shown}; it has none"
        assert "se-cret" not in error


def test_a_folder_that_cannot_hold_the_output(
    refused: Refused, write_study: WriteStudy, glyphs_config: str
) -> None:
    Path("config.toml").write_text(glyphs_config)
    study = write_study()
    expected = f"error: tiny.toml/out: cannot be a folder, {Path(study).absolute()} is a file"
    assert refused("run", study, "--output", "tiny.toml/out") == expected
    words = ["--dataset", "glyphs", "--output", "tiny.toml/out"]
    assert refused("retrain", "config.toml", *words) == expected


def test_what_cannot_hold_the_artifacts(refused: Refused, write_study: WriteStudy) -> None:
    path = Path("notes.txt").absolute()
    path.write_text("milk, bread")
    in_the_way = f"error: notes.txt: cannot be a folder, {path} is a file"
    prefix = "s3://bucket/team/prefix"
    no_store = f"error: {prefix}: no artifact store; allowed are a folder and s3://BUCKET"
    for store, expected in (("notes.txt", in_the_way), (prefix, no_store)):
        assert refused("run", write_study(), "--artifacts", store) == expected
        assert refused("join", "tiny", "--artifacts", store) == expected


@pytest.mark.usefixtures("begun")
def test_no_export_before_a_trial_is_complete(refused: Refused) -> None:
    for form in ("toml", "json", "csv"):
        error = refused("export", "tiny", "--format", form, "--output", "best")
        assert error == "error: study tiny: no trial is complete yet, nothing to export"


@pytest.mark.usefixtures("begun")
def test_another_definition_under_the_same_name(refused: Refused) -> None:
    path = Path("tiny.toml")
    path.write_text(path.read_text().replace("units = 8", "units = 16"))
    assert refused("run", "tiny.toml") == (
        "error: study tiny: exists with another definition: network.units: 8 -> 16;"
        " give the changed study another name"
    )


@pytest.mark.usefixtures("begun")
def test_a_port_that_is_taken(refused: Refused) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        error = refused("dashboard", "tiny", "--port", port)
    assert error == f"error: --port {port}: cannot listen there: address already in use"


def test_a_folder_without_a_network(refused: Refused) -> None:
    left_by = "which run and retrain leave behind"
    assert refused("test", "nowhere") == f"error: nowhere: holds no best.safetensors, {left_by}"
    Path("best.safetensors").write_bytes(b"\x10\0\0\0\0\0\0\0 but no tensors")
    error = refused("test", ".")
    assert error.startswith("error: best.safetensors: not a siamese-hpo weights file")


def test_a_configuration_that_is_wrong(refused: Refused, glyphs_config: str) -> None:
    error = refused("retrain", "nothing.toml", "--output", "out")
    assert error == "error: nothing.toml: no such file or directory"
    path = Path("config.toml")
    path.write_text(glyphs_config.replace("epochs", "epoch", 1))
    error = refused("retrain", str(path), "--output", "out")
    assert error == "error: config.toml: train.epoch: unknown key; did you mean epochs?"
    path.write_text(glyphs_config.replace('validation = "exact"', 'validation = "verification"'))
    assert refused("retrain", str(path), "--output", "out") == (
        "error: config.toml: train.validation: should be 'exact' or 'sampled', not 'verification':"
        " a retraining reports one-shot accuracy"
    )
    Path("list.json").write_text(json.dumps([1]))
    error = refused("retrain", "list.json", "--output", "out")
    assert error == "error: list.json: holds no table of keys"


@pytest.mark.parametrize("key", ['start_with = "mistyped.toml"', 'warm_start = "mistyped"'])
def test_a_study_that_cannot_begin_is_not_made(
    key: str, refused: Callable[..., str], write_study: Callable[..., str]
) -> None:
    """Its mended file may have another definition."""
    text = Path(write_study(trials=1, epochs=1)).read_text()
    Path("tiny.toml").write_text(f"{key}\n{text}")
    assert "mistyped" in refused("run", "tiny.toml")
    Path("tiny.toml").write_text(text.replace("steps_per_epoch = ", "steps_per_epoch = 1"))
    assert CliRunner().invoke(app, ["run", "tiny.toml"]).exit_code == 0
    Path("tiny.toml").write_text(f"{key}\n{text}".replace('name = "tiny"', 'name = "other"'))
    assert "mistyped" in refused("run", "tiny.toml", "--storage", "sqlite:///runs/tiny/study.db")
