"""What a given network was trained on is told of every network that its pictures came to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tiny_study import tiny_study
from typer.testing import CliRunner

from data.collection import Collection
from run_study import app

EXTRA = "the alphabets of folder:runes"
THROUGH = f"{EXTRA} through the network at runs/first"
pytestmark = pytest.mark.usefixtures("runes")


def written(name: str, more: str = "") -> str:
    """The file of a study whose networks are all built alike."""
    text = tiny_study(trials=1).replace("{ choices = [4, 8] }", "4").replace("tiny", name)
    Path(f"{name}.toml").write_text(text + more)
    return f"{name}.toml"


def done(*words: str) -> tuple[str, str]:
    """What a command that must succeed prints on stdout and stderr, without its line breaks."""
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    return " ".join(result.stdout.split()), " ".join(result.stderr.split())


def configured(name: str, more: str) -> str:
    """The winner's configuration, with more keys of its training."""
    text = Path("runs/first/best.toml").read_text().replace("[train]", f"[train]\n{more}", 1)
    kept = text.replace('extra = "folder:runes"\n', "")
    Path(name).write_text(kept)
    return name


def test_extra_alphabets_of_given_networks_are_named(glyphs: Collection) -> None:
    done("run", written("first", 'pictures = { extra = "folder:runes" }\n'))
    done("run", written("plain"))

    # The second starts from the first, and the third from the second.
    second = configured("second.toml", 'initial = "runs/first"')
    said = f"was trained on {THROUGH}, beside the training split"
    assert said in done("retrain", second, "--output", "second")[0]
    assert said in done("test", "second")[0]
    third = written("third", 'initial = "second"\n')
    out, err = done("run", third)
    assert said in out
    assert "trained on" not in err
    assert said in done("test", "runs/third")[0]
    done("report", "third")
    page = Path("runs/third/report/index.html").read_text()
    assert f"It was trained on {THROUGH}, beside" in page
    assert "winner, trained on extra alphabets through a given network</td>" in page

    compared = done("compare", "third", "plain")[0]
    assert f"third trains on {THROUGH}, plain on the training split alone" in compared
    assert "trained on besides" in compared

    # A network of an ensemble, which teaches a fourth.
    assert (
        f"second: its network was trained on {THROUGH}"
        in (done("combine", "runs/plain", "second", "--output", "both")[0])
    )
    of_both = json.loads(done("test", "both", "--json")[0])["besides"]
    assert of_both == f"{THROUGH} (1 of 2 networks)"
    fourth = written("fourth", 'teacher = "both"\nloss = "one-shot"\n')
    assert said in done("run", fourth)[0]

    for trained in ("second", "runs/third", "both", "runs/fourth"):
        known = f"{trained} was trained on runes through the network at runs/first"
        assert known in done("test", trained, "--data", "runes")[1]
    assert "trained on" not in done("test", "runs/plain", "--data", "runes")[1]

    # As if the data set of all were what the first took beside its own.
    results = Path("runs/first/results.json")
    stored = json.loads(results.read_text()) | {"extra_fingerprint": glyphs.fingerprint}
    results.write_text(json.dumps(stored))
    known = (
        "the network at runs/first, which trainings are given, was trained on glyphs beside its"
        " data set: what is held out here is what it was trained on"
    )
    assert known in done("retrain", second, "--output", "again")[1]
    assert known in done("run", written("fifth", 'initial = "again"\n'))[1]
