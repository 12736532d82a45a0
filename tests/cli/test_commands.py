"""The command line from start to end, some of it in processes of its own."""

import http.client
import json
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import make_url
from typer.testing import CliRunner

from hpo.database.opening import open_storage
from hpo.storage.studies import open_study, stored_study
from hpo.storage.workspace import default_url
from hpo.study.file import load_study
from model.config_file import read_config
from model.network.weights import load_network
from run_study import app

Refused = Callable[..., str]
Start = Callable[..., "subprocess.Popen[str]"]
WriteStudy = Callable[..., str]


def lines(text: str) -> list[str]:
    """Lines with single blanks: how wide a table's columns are is not the point."""
    return [" ".join(line.split()) for line in text.splitlines()]


def figure(accuracy: float, error: float) -> str:
    return f"{100 * accuracy:.1f} {100 * error:.1f}"


def test_retrain_and_test_by_hand(glyphs_config: str) -> None:
    Path("config.toml").write_text(glyphs_config)
    words = ["retrain", "config.toml", "--output", "out", "--dataset", "glyphs"]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    results = json.loads(Path("out/results.json").read_text())
    assert [seed["seed"] for seed in results["seeds"]] == [11]
    validation = results["validation"]
    shown = figure(validation["one_shot_accuracy"], validation["standard_error"])
    assert f"seed 11 {shown} over alphabets" in lines(result.stdout)

    report = CliRunner().invoke(app, ["test", "out", "--json"])
    assert report.exit_code == 0, report.output
    measured = json.loads(report.stdout)
    assert measured["dataset"] == "glyphs"
    assert measured["one_shot"]["trials"] == 400
    assert 0.5 < measured["verification"]["accuracy"] < 1
    table = lines(CliRunner().invoke(app, ["test", "out"]).stdout)
    one_shot = measured["one_shot"]
    shown = figure(one_shot["one_shot_accuracy"], one_shot["standard_error"])
    assert f"test alphabets, 20 fixed runs {shown} over 400 trials" in table
    shown = figure(
        one_shot["every_drawer_pair_accuracy"], one_shot["every_drawer_pair_standard_error"]
    )
    assert f"test alphabets, every drawer pair {shown} over alphabets" in table
    for key, of in (("verification", "of one alphabet"), ("verification_across", "any two")):
        shown = figure(measured[key]["accuracy"], measured[key]["standard_error"])
        assert f"verification, different characters: {of} {shown} over 10000 pairs" in table
    for alphabet, accuracy in one_shot["per_alphabet"].items():
        runs = zip(measured["alphabets"], one_shot["per_run"], strict=True)
        own = [f"{100 * value:.1f}" for of, value in runs if of == alphabet]
        assert len(own) == 2
        assert " ".join([alphabet, f"{100 * accuracy:.1f}", *own]) in table


@pytest.mark.usefixtures("own_cache")
def test_without_omniglot_an_auto_study_becomes_one_of_glyphs(
    monkeypatch: pytest.MonkeyPatch, refused: Refused, write_study: WriteStudy
) -> None:
    monkeypatch.delenv("OMNIGLOT_ROOT", raising=False)
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # nothing answers there
    # Python keeps what opened its first URL, with the proxies of that moment, for good.
    monkeypatch.setattr(urllib.request, "_opener", None)
    study = write_study("auto", trials=1)
    result = CliRunner().invoke(app, ["run", study])
    assert result.exit_code == 0, result.output
    assert "\nNO OMNIGLOT: going on with GLYPHS, a made-up data set.\n" in result.stderr
    assert result.stdout.startswith("Study tiny-glyphs on glyphs, cpu\n")
    assert (
        "\nThese figures are on glyphs, not on Omniglot: the paper's do not apply.\n"
        in result.stdout
    )
    assert "95.5" not in result.stdout
    program = Path(__file__).parents[2] / "run_study.py"
    took, *what_next = result.stdout[result.stdout.index("Done here") :].splitlines()
    assert re.fullmatch(r"Done here in \d+(\.\d)? s\. What next:", took)
    assert any(line.endswith(f" {program} dashboard tiny-glyphs") for line in what_next)
    assert [path.name for path in Path("runs").iterdir()] == ["tiny-glyphs"]
    results = json.loads(Path("runs/tiny-glyphs/results.json").read_text())
    assert (results["study"], results["dataset"]) == ("tiny-glyphs", "glyphs")
    _, stored = stored_study(
        "tiny-glyphs", open_storage(default_url(Path("runs/tiny-glyphs")), create=False)
    )
    assert stored.dataset == "glyphs"
    write_study("omniglot", trials=1)
    error = refused("run", study)
    assert error.startswith(
        "error: Omniglot cannot be had: none is in the user's cache folder, the"
    )
    assert error.endswith(" with --data-root or the environment variable OMNIGLOT_ROOT")


def test_a_whole_study_and_the_same_again(
    start_python: Start, refused: Refused, write_study: WriteStudy
) -> None:
    process = start_python("run", "glyphs", "--trials", "4")
    out, err = process.communicate()
    assert process.returncode == 0, err
    output = Path("runs/glyphs")
    results = json.loads((output / "results.json").read_text())
    assert results["trials"]["complete"] + results["trials"]["pruned"] == 4
    assert set(results["trials"]) == {"complete", "pruned", "failed", "infeasible"}
    first, second = (finalist["number"] for finalist in results["finalists"])
    winner = results["winner"]["number"]
    assert f"\nWinner of the retrained ({first}, {second}): trial {winner}\n" in out
    finished = [line for line in err.splitlines() if line.startswith("glyphs ")]
    named = [f": trial {number} " for number in range(sum(results["trials"].values()))]
    assert all(name in line for name, line in zip(named, finished, strict=False))
    assert finished[len(named) - 1].startswith("glyphs 4/4: trial ")
    assert "\x1b" not in out + err
    table = pd.read_csv(output / "trials.csv")
    assert list(table["state"]).count("infeasible") == results["trials"]["infeasible"]
    _, config = load_network(output / "best.safetensors")
    assert config.train.seed == results["winner"]["seed"]

    before = {path: path.stat().st_mtime_ns for path in output.iterdir() if path.is_file()}
    again = CliRunner().invoke(app, ["run", "glyphs", "--trials", "4"])
    assert again.exit_code == 0
    # The same but for the time, and for the path of the Python in what comes next.
    told, before_that = (text[: text.index("Done here")] for text in (again.stdout, out))
    assert told == before_that
    assert again.stderr == ""
    del before[output / "study.db"]
    assert {path: path.stat().st_mtime_ns for path in before} == before
    more = CliRunner().invoke(app, ["run", "glyphs", "--trials", "6"])
    assert more.exit_code == 0
    assert more.stderr == (
        "runs/glyphs is finished and tested after 4 trials: nothing is trained; remove its"
        " results.json to search further and test anew\n"
    )
    assert more.stdout[: more.stdout.index("Done here")] == told

    exported = CliRunner().invoke(app, ["export", "glyphs", "--output", "best.toml"])
    assert (exported.exit_code, exported.stdout) == (0, "")
    best = results["best"]["params"]
    exported_config = read_config(Path("best.toml"))
    assert exported_config.network.units == best["units"]
    for number, convolution in enumerate(exported_config.network.convolutions, start=1):
        assert convolution.kernel == best[f"conv{number}.kernel"]
    status = json.loads(CliRunner().invoke(app, ["status", "glyphs", "--json"]).stdout)
    assert status["best"] == {key: results["best"][key] for key in ("number", "value")}
    error = refused("run", write_study(), "--output", str(output))
    assert error == (
        "error: runs/glyphs: holds the results of study glyphs;"
        " choose another folder or remove them"
    )


@pytest.mark.usefixtures("begun")
def test_the_dashboard_serves_this_machine_alone(start: Start, free_port: int) -> None:
    port = free_port
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
    # This one had no note when the dashboard was opened.
    connection.request("GET", f"/api/studies/{studies[0]['study_id']}")
    note = json.load(connection.getresponse())["note"]["body"]
    assert note.startswith("# tiny\n\nNo trial is complete yet.")
    connection.close()
    with pytest.raises((ConnectionRefusedError, TimeoutError)):
        socket.create_connection((outer_address(), port), timeout=2)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, "")


def test_the_dashboard_opens_where_nothing_may_be_written(
    start: Start, write_study: WriteStudy, postgres: str, free_port: int
) -> None:
    open_study(load_study(write_study()), open_storage(postgres, create=True))
    read_only = {"options": "-c default_transaction_read_only=on"}
    url = make_url(postgres).update_query_dict(read_only).render_as_string(hide_password=False)
    port = str(free_port)
    process = start("dashboard", "tiny", "--storage", url, "--port", port)
    assert process.stderr is not None
    assert process.stderr.readline() == "study tiny: no note can be written to its storage\n"
    assert process.stderr.readline().startswith(f"http://127.0.0.1:{port}/ shows the dashboard")


def test_a_password_is_neither_shown_nor_stored(write_study: WriteStudy, postgres: str) -> None:
    # The server takes whoever comes, with any password.
    url = make_url(postgres).set(password="hush-1").update_query_dict({"password": "hush-2"})
    words = ["--storage", url.render_as_string(hide_password=False)]
    result = CliRunner().invoke(app, ["run", write_study(trials=1), *words])
    assert result.exit_code == 0, result.output
    found = stored_study("tiny", open_storage(postgres, create=False))[0]
    assert ":***@" in found.user_attrs["storage"]
    assert "password=***" in found.user_attrs["storage"]
    notes = found._storage.get_study_system_attrs(found._study_id)
    told = [result.output, str(found.user_attrs), str(notes)]
    files = [path for path in Path().rglob("*") if path.is_file()]
    assert not any("hush" in text for text in told)
    assert not any(b"hush" in path.read_bytes() for path in files)


def outer_address() -> str:
    """Another address of this machine than the dashboard's."""
    return "127.0.0.2" if sys.platform == "linux" else socket.gethostbyname(socket.gethostname())
