"""The command line: what is asked wrongly, and real processes from start to end."""

import http.client
import json
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
import torch
from typer.testing import CliRunner

from hpo.storage import counts, default_url, open_storage, open_study, stored_study
from hpo.study_file import load_study
from model.config_file import to_toml
from model.weights import load_network
from run_study import app

PROJECT = Path(__file__).parents[1]
SHORT = {"epochs": 2, "steps_per_epoch": 2}

STUDY = """
name = "tiny"
dataset = "{dataset}"
trials = {trials}
sampler = {{ name = "random" }}
finish = {{ finalists = 1 }}

[network]
size = 14
units = 8
convolutions = [{{ filters = {{ choices = [4, 8] }}, kernel = 3, pool = true }}]

[train]
epochs = {epochs}
steps_per_epoch = {steps}
layers = {{ learning_rate = {{ low = 1e-3, high = 1e-1, log = true }} }}
batch = {{ characters = 10, drawers = 2 }}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty current folder; a single thread, as many tests may run on few cores."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield tmp_path
    torch.set_num_threads(before)


def write_study(dataset: str = "glyphs", trials: int = 3, epochs: int = 2, steps: int = 2) -> str:
    text = STUDY.format(dataset=dataset, trials=trials, epochs=epochs, steps=steps)
    Path("tiny.toml").write_text(text)
    return "tiny.toml"


Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts the command line as a process of its own; none outlives the test."""
    started = []

    def begin(*words: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, str(PROJECT / "run_study.py"), *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # Where the tests run in a shell's background, Ctrl-C is ignored, and would be here too.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def refused(*words: str) -> str:
    """Runs a command that must fail: its one line, after making sure that it left nothing."""
    before = {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()}
    folders = {path for path in Path().rglob("*") if path.is_dir()}
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()} == before
    assert {path for path in Path().rglob("*") if path.is_dir()} == folders
    return result.stderr


def test_a_device_that_is_not_there() -> None:
    assert "--device cuda:99: this machine has" in refused("run", "glyphs", "--device", "cuda:99")
    assert "--device tpu: allowed are" in refused("run", "glyphs", "--device", "tpu")
    if not torch.cuda.is_available():
        assert "--device cuda: " in refused("run", "glyphs", "--device", "cuda")


def test_a_study_that_is_not_there() -> None:
    error = refused("run", "nothing")
    assert "nothing: no such study; there are " in error
    assert " glyphs," in error


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ("trials = 3", "trails = 3", r"tiny\.toml: (trails: unknown key|trials)"),
        ("size = 14", "siz = 14", r"tiny\.toml: network\.siz: unknown key; did you mean size"),
        ("low = 1e-3", "low = 1", r"tiny\.toml: train\.layers.*low 1 must be below high 0\.1"),
        ("kernel = 3", "kernel = 15", r"tiny\.toml: network\.convolutions: no network"),
        ('"random"', '"bayes"', r"tiny\.toml: sampler\.name: .*tpe.*gp.*random.*bayes"),
        ("trials = 3", "trials = ", r"tiny\.toml: .*line 4"),
    ],
)
def test_a_mistake_in_a_study_is_named(right: str, wrong: str, message: str) -> None:
    path = Path(write_study())
    path.write_text(path.read_text().replace(right, wrong))
    assert re.search(message, refused("run", str(path)))


@pytest.mark.parametrize("dataset", ["auto", "omniglot"])
def test_a_data_folder_that_is_not_there(dataset: str) -> None:
    study = write_study(dataset)
    assert "nowhere" in refused("run", study, "--data-root", "nowhere")


def test_a_storage_that_cannot_be_used() -> None:
    study = write_study()
    Path("text.db").write_text("no database at all, but long enough to look like some file " * 20)
    error = refused("run", study, "--storage", "sqlite:///text.db")
    assert "storage sqlite:///text.db: cannot be used: file is not a database" in error
    error = refused("run", study, "--storage", "sqlite:///text.db/study.db")
    assert "cannot make the folder text.db" in error
    error = refused("run", study, "--storage", "postgresql://me:secret@127.0.0.1:1/x")
    assert "storage postgresql://me:***@127.0.0.1:1/x: " in error
    assert "no database URL" in refused("run", study, "--storage", "study.db")


@pytest.mark.parametrize("command", ["status", "export", "dashboard"])
def test_a_study_that_was_never_run(command: str) -> None:
    expected = "storage sqlite:///runs/quick/study.db: no such file"
    assert expected in refused(command, "quick")
    open_storage("sqlite:///empty.db", create=True)
    error = refused(command, "quick", "--storage", "sqlite:///empty.db")
    assert "study quick: not in this storage; it has none" in error


def test_a_folder_that_cannot_hold_the_output(glyphs_config: str) -> None:
    Path("config.toml").write_text(glyphs_config)
    expected = "tiny.toml/out: cannot be a folder"
    assert expected in refused("run", write_study(), "--output", "tiny.toml/out")
    words = ["--dataset", "glyphs", "--output", "tiny.toml/out"]
    assert expected in refused("retrain", "config.toml", *words)


@pytest.fixture
def begun() -> None:
    """The study "tiny" in its place, before its first trial."""
    open_study(load_study(write_study()), open_storage(default_url(Path("runs/tiny")), create=True))


@pytest.mark.usefixtures("begun")
def test_no_export_before_a_trial_is_complete() -> None:
    for form in ("toml", "json", "csv"):
        error = refused("export", "tiny", "--format", form, "--output", "best")
        assert error == "error: study tiny: no trial is complete yet, nothing to export\n"


@pytest.mark.usefixtures("begun")
def test_another_definition_under_the_same_name() -> None:
    path = Path("tiny.toml")
    path.write_text(path.read_text().replace("units = 8", "units = 16"))
    error = refused("run", "tiny.toml")
    assert "exists with another definition: network.units: 8 -> 16" in error


@pytest.mark.usefixtures("begun")
def test_a_port_that_is_taken() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert f"--port {port}: cannot listen there" in refused("dashboard", "tiny", "--port", port)


def test_a_folder_without_a_network() -> None:
    assert "nowhere: holds no best.safetensors" in refused("test", "nowhere")
    Path("best.safetensors").write_bytes(b"\x10\0\0\0\0\0\0\0 but no tensors")
    assert "best.safetensors: not a" in refused("test", ".")


def test_a_configuration_that_is_wrong(glyphs_config: str) -> None:
    assert "nothing.toml: no such file" in refused("retrain", "nothing.toml", "--output", "out")
    path = Path("config.toml")
    path.write_text(glyphs_config.replace("epochs", "epoch", 1))
    error = refused("retrain", str(path), "--output", "out")
    assert "config.toml: train.epoch: unknown key; did you mean epochs?" in error


@pytest.fixture(scope="module")
def glyphs_config() -> str:
    """A small network's configuration, as export writes it."""
    from hpo.space import config_of

    study = load_study("glyphs")
    params = {
        "units": 32,
        "conv1.filters": 8,
        "conv1.kernel": 5,
        "conv2.filters": 8,
        "conv2.kernel": 3,
        "optimiser": "adam",
        "distortion.affine": 0.5,
    } | {f"{layer}.learning_rate": 3e-3 for layer in ("conv1", "conv2", "embedding", "output")}
    config = config_of(study, params, seed=11)
    return to_toml(config.model_copy(update={"train": config.train.model_copy(update=SHORT)}))


def test_retrain_and_test_by_hand(glyphs_config: str) -> None:
    Path("config.toml").write_text(glyphs_config)
    words = ["retrain", "config.toml", "--output", "out", "--dataset", "glyphs"]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    results = json.loads(Path("out/results.json").read_text())
    assert [seed["seed"] for seed in results["seeds"]] == [11]
    shown = f"{100 * results['validation']['one_shot_accuracy']:.1f}"
    assert re.search(rf"seed 11 +{shown} ", result.stdout)

    report = CliRunner().invoke(app, ["test", "out", "--json"])
    assert report.exit_code == 0, report.output
    measured = json.loads(report.stdout)
    assert measured["dataset"] == "glyphs"
    assert measured["one_shot"]["trials"] == 400
    assert 0.5 < measured["verification"]["accuracy"] < 1
    table = CliRunner().invoke(app, ["test", "out"]).stdout
    official = f"{100 * measured['one_shot']['one_shot_accuracy']:.1f}"
    assert re.search(rf"test alphabets, 20 fixed runs +{official} ", table)
    for alphabet, accuracy in measured["one_shot"]["per_alphabet"].items():
        assert re.search(rf"{alphabet} +{100 * accuracy:.1f} ", table)


def test_without_omniglot_an_auto_study_becomes_one_of_glyphs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("OMNIGLOT_ROOT", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(Path("cache").absolute()))
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # nothing answers there
    study = write_study("auto", trials=1)
    result = CliRunner().invoke(app, ["run", study])
    assert result.exit_code == 0, result.output
    assert "NO OMNIGLOT" in result.stderr
    assert "Study tiny-glyphs on glyphs" in result.stdout
    assert "the paper's do not apply" in result.stdout
    assert "dashboard tiny-glyphs\n" in result.stdout
    assert [path.name for path in Path("runs").iterdir()] == ["tiny-glyphs"]
    results = json.loads(Path("runs/tiny-glyphs/results.json").read_text())
    assert (results["study"], results["dataset"]) == ("tiny-glyphs", "glyphs")
    _, stored = stored_study(
        "tiny-glyphs", open_storage(default_url(Path("runs/tiny-glyphs")), create=False)
    )
    assert stored.dataset == "glyphs"
    write_study("omniglot", trials=1)
    assert "runs" not in refused("run", study)


def test_a_whole_study_and_the_same_again(start: Start) -> None:
    process = start("run", "glyphs", "--trials", "4")
    out, err = process.communicate()
    assert process.returncode == 0, err
    output = Path("runs/glyphs")
    results = json.loads((output / "results.json").read_text())
    assert results["trials"]["complete"] + results["trials"]["pruned"] == 4
    assert (
        f"Winner of the retrained ({', '.join(str(f['number']) for f in results['finalists'])}"
        in out
    )
    assert err.count("glyphs 4/4: trial ") >= 1
    assert "\x1b" not in out + err
    table = pd.read_csv(output / "trials.csv")
    assert list(table["state"]).count("infeasible") == results["trials"]["infeasible"]
    _, config = load_network(output / "best.safetensors")
    assert config.train.seed == results["winner"]["seed"]

    before = {path: path.stat().st_mtime_ns for path in output.iterdir() if path.is_file()}
    again = CliRunner().invoke(app, ["run", "glyphs", "--trials", "4"])
    assert again.exit_code == 0
    # The same but for the path of the Python in the last line.
    assert again.stdout.splitlines()[:-1] == out.splitlines()[:-1]
    assert again.stderr == ""
    del before[output / "study.db"]
    assert {path: path.stat().st_mtime_ns for path in before} == before
    more = CliRunner().invoke(app, ["run", "glyphs", "--trials", "6"])
    assert more.exit_code == 0
    assert "finished and tested after 4 trials: nothing is trained" in more.stderr

    exported = CliRunner().invoke(app, ["export", "glyphs", "--output", "best.toml"])
    assert (exported.exit_code, exported.stdout) == (0, "")
    best = results["best"]["params"]
    assert f"kernel = {best['conv1.kernel']}" in Path("best.toml").read_text()
    status = json.loads(CliRunner().invoke(app, ["status", "glyphs", "--json"]).stdout)
    assert status["best"] == {key: results["best"][key] for key in ("number", "value")}
    error = refused("run", write_study(), "--output", str(output))
    assert "runs/glyphs: holds the results of study glyphs" in error


def test_interrupted_by_signals_it_goes_on_to_exactly_the_budget(start: Start) -> None:
    study = write_study(trials=2, epochs=4, steps=60)
    output = Path("runs/tiny")

    def interrupted(by: signal.Signals, when: str) -> str:
        process = start("run", study)
        deadline = time.monotonic() + 120
        while not any(output.glob(when)):
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.02)
        process.send_signal(by)
        out, err = process.communicate(timeout=60)
        assert process.returncode == 130, err
        assert out == ""
        return err.splitlines()[-1]

    message = "interrupted: the same command goes on where it stopped"
    assert interrupted(signal.SIGTERM, "unfinished-tiny/trial-0.safetensors") == message
    tiny, _ = stored_study("tiny", open_storage(default_url(output), create=False))
    assert (counts(tiny).waiting, len(tiny.trials)) == (1, 1)
    assert (output / "unfinished-tiny/trial-0.safetensors").exists()

    assert interrupted(signal.SIGINT, "unfinished-tiny/retrained-*/*.safetensors") == message
    assert (counts(tiny).complete, len(tiny.trials)) == (2, 2)
    assert [len(trial.intermediate_values) for trial in tiny.trials] == [4, 4]
    assert not (output / "results.json").exists()

    process = start("run", study)
    out, err = process.communicate()
    assert process.returncode == 0, err
    assert "Trials: 2 complete, 0 pruned, 0 failed, 0 infeasible" in out
    assert (output / "results.json").exists()
    assert not (output / "unfinished-tiny").exists()


@pytest.mark.usefixtures("begun")
def test_the_dashboard_serves_this_machine_alone(start: Start) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = start("dashboard", "tiny", "--port", str(port))
    assert process.stderr is not None
    assert (
        process.stderr.readline()
        == f"http://127.0.0.1:{port}/ shows the dashboard; Ctrl-C ends it\n"
    )
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/api/studies")
    studies = json.load(connection.getresponse())["study_summaries"]
    assert [study["study_name"] for study in studies] == ["tiny"]
    connection.close()
    with pytest.raises(OSError), socket.create_connection((outer_address(), port), timeout=2):  # noqa: PT011
        pass
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, "")


def outer_address() -> str:
    """Another address of this machine than the dashboard's."""
    return "127.0.0.2" if sys.platform == "linux" else socket.gethostbyname(socket.gethostname())
