"""A study that is interrupted, as by Ctrl-C, and started again."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hpo.database.opening import open_storage
from hpo.storage.studies import stored_study
from hpo.storage.workspace import default_url
from hpo.trials.budget import counts

Start = Callable[..., "subprocess.Popen[str]"]
WriteStudy = Callable[..., str]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PROJECT = Path(__file__).parents[2]
CONSOLE_COMMAND = "from siamese_hpo.command import main; main()"


def test_interrupted_by_signals_it_goes_on_to_exactly_the_budget(
    start: Start, write_study: WriteStudy
) -> None:
    study = write_study(trials=2, epochs=4, steps=150)
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
    assert interrupted(signal.SIGTERM, "unfinished-tiny/checkpoints/*-0-*") == message
    tiny, _ = stored_study("tiny", open_storage(default_url(output), create=False))
    assert (counts(tiny.trials).waiting, len(tiny.trials)) == (1, 1)
    assert list((output / "unfinished-tiny/checkpoints").glob("*-0-*"))

    assert interrupted(signal.SIGINT, "unfinished-tiny/retrained-*/*.safetensors") == message
    assert (counts(tiny.trials).complete, len(tiny.trials)) == (2, 2)
    assert [len(trial.intermediate_values) for trial in tiny.trials] == [4, 4]
    assert not (output / "results.json").exists()

    process = start("run", study)
    out, err = process.communicate()
    assert process.returncode == 0, err
    assert "\nTrials: 2 complete, 0 pruned, 0 failed, 0 infeasible\n" in out
    assert (output / "results.json").exists()
    assert not (output / "unfinished-tiny").exists()


@pytest.mark.parametrize("program", [["run_study.py"], ["-c", CONSOLE_COMMAND]])
@pytest.mark.parametrize("seconds", [0.15, 0.3, 0.6])
def test_interrupted_while_it_is_imported_it_shows_no_traceback(
    seconds: float, program: list[str]
) -> None:
    process = subprocess.Popen(
        [sys.executable, *program, "status", "nothing"],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    time.sleep(seconds)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert out == ""
    # Before its first line runs, the interrupt is Python's own to tell of.
    assert "run_study.py" not in err
    assert "/hpo/" not in err


@pytest.mark.parametrize("seconds", [0.02, 0.0005])
@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_again_and_again_when_all_is_printed_it_ends_quietly(
    start: Start,
    start_python: Start,
    write_study: WriteStudy,
    by: signal.Signals,
    seconds: float,
) -> None:
    start("run", write_study(trials=1, epochs=1)).communicate()
    shown, _ = start("status", "tiny").communicate()
    process = start_python("status", "tiny")
    assert process.stdout is not None
    for _ in shown.splitlines():
        process.stdout.readline()
    while process.poll() is None:
        process.send_signal(by)
        time.sleep(seconds)
    # It may still have had its database to close.
    assert (process.returncode, process.communicate()[1]) in ((0, ""), (130, "interrupted\n"))


@pytest.mark.parametrize("seconds", [0.005, 0.0])
def test_all_processes_of_a_job_are_told_again_and_again(
    start: Start, write_study: WriteStudy, seconds: float
) -> None:
    process = start("run", write_study(trials=4, epochs=50, steps=150), "--workers", 2)
    output = Path("runs/tiny")
    deadline = time.monotonic() + 120
    while not any(output.glob("unfinished-tiny/checkpoints/*")):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    while process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
        time.sleep(seconds)
    _, err = process.communicate(timeout=60)
    logs = "".join(log.read_text() for log in (output / "logs").iterdir())
    assert process.returncode == 130, err
    assert err.splitlines()[-1] == "interrupted: the same command goes on where it stopped"
    assert "Traceback" not in err + logs


def test_a_report_that_is_interrupted_leaves_the_one_before(
    start: Start, start_python: Start, write_study: WriteStudy, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("kaleido")
    if not any(map(shutil.which, BROWSERS)):
        pytest.skip("no browser to draw with")
    start("run", write_study(trials=1, epochs=1)).communicate()
    start("report", "tiny").communicate()
    folder = Path("runs/tiny/report")
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    temporary = Path(tempfile.mkdtemp(dir="/tmp"))  # short enough for a browser's socket
    monkeypatch.setenv("TMPDIR", str(temporary))
    process = start_python("report", "tiny")
    while not any(temporary.iterdir()):
        assert process.poll() is None
        time.sleep(0.02)
    time.sleep(0.5)  # the browser begins
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, "interrupted\n")
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before
    assert len(before) > 1
    assert list(temporary.rglob("*")) == []
    temporary.rmdir()
