"""A study looked at and taken out of its database, by the commands."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from optuna import Study
from typer.testing import CliRunner

from hpo.database.opening import open_storage
from hpo.storage.studies import stored_study
from hpo.storage.workspace import default_url
from hpo.study.space import sample
from run_study import app

Refused = Callable[..., str]
WriteStudy = Callable[..., str]
PROJECT = Path(__file__).parents[2]
WIDTH = 70
"""Of the terminal, in columns."""


def done(*words: str) -> str:
    """What a command that succeeds prints."""
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    return result.stdout


def stored() -> Study:
    return stored_study("tiny", open_storage(default_url(Path("runs/tiny")), create=False))[0]


def test_an_exported_trial_retrained_has_the_same_value(
    write_study: WriteStudy, refused: Refused
) -> None:
    done("run", write_study())
    done("export", "tiny", "--format", "csv", "--output", "trials.csv")
    table = pd.read_csv("trials.csv")
    assert list(table["best_epoch"]) == [
        min(step for step, best in trial.intermediate_values.items() if best == trial.value)
        for trial in stored().trials
    ]
    done("export", "tiny", "--top", "2", "--format", "yaml", "--output", "top")
    for path in sorted(Path("top").iterdir()):
        number = int(path.stem.rpartition("-")[2])
        output = f"again-{number}"
        done("retrain", str(path), "--output", output)  # on glyphs: the file says so
        (seed,) = json.loads((Path(output) / "results.json").read_text())["seeds"]
        trial = stored().trials[number]
        assert seed["accuracy"] == trial.value
        assert seed["seed"] == trial.user_attrs["seed"]
        assert seed["best_epoch"] == trial.user_attrs["best_epoch"]
    assert number == list(table.sort_values("value", ascending=False, kind="stable")["number"])[1]

    now = json.loads(done("status", "tiny", "--json"))
    results = json.loads(Path("runs/tiny/results.json").read_text())
    assert now["state"] == "finished"
    assert now["winner"]["number"] == results["winner"]["number"]
    # Of a finished study, watching is over at once.
    assert done("status", "tiny", "--watch") == done("status", "tiny")
    error = refused("status", "tiny", "--watch", "--json")
    assert error == "error: --json, --watch: only one of them"
    error = refused("export", "tiny", "--trial", "3")
    assert error == "error: study tiny: has no trial 3; there are 0 to 2"


def test_on_a_terminal_the_view_follows_the_study(begun: None) -> None:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, WIDTH, 0, 0))
    environment = {key: value for key, value in os.environ.items() if key != "COLUMNS"}
    process = subprocess.Popen(
        [sys.executable, str(PROJECT / "run_study.py"), "status", "tiny", "--watch"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment | {"TERM": "xterm-256color"},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    os.close(theirs)

    def shown_until(text: str) -> str:
        found, end = "", time.monotonic() + 120
        while text not in found and time.monotonic() < end:
            if select.select([ours], [], [], 0.1)[0]:
                found += os.read(ours, 65536).decode(errors="replace")
        assert text in found
        return found

    try:
        assert "0 of 3 trials" in shown_until("none complete yet")
        study = stored()
        _, config = stored_study("tiny", study._storage)
        trial = study.ask()
        sample(trial, config, seed=1)
        trial.set_user_attr("worker", f"elsewhere{'-and-beyond' * 9}:77:1")
        trial.report(0.25, 1)
        shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown_until("25.0%"))
        assert re.search(r"elsewhere\S* +0 +1 +25\.0%", shown)
        assert max(len(line.strip("\r")) for line in shown.split("\n")) == WIDTH
        trial.set_user_attr("standard_error", 0.01)
        trial.set_user_attr("seconds", 3.0)
        study.tell(trial, 0.375)
        shown = shown_until("Trial 0 37.5%")
        assert "1 of 3 trials" in shown
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=120) == 0
    finally:
        process.kill()
        process.wait()
        os.close(ours)


@pytest.mark.usefixtures("begun")
def test_piped_it_says_only_what_is_new(start: Callable[..., subprocess.Popen[str]]) -> None:
    process = start("status", "tiny", "--watch")
    assert process.stdout is not None
    first = [process.stdout.readline() for _ in range(4)]
    assert first[1] == "Budget: 0 of 3 trials\n"
    stored().ask()
    assert process.stdout.readline() == "Study tiny on glyphs: running\n"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert (process.returncode, err) == (0, "")
    assert "\x1b" not in out
