"""A study goes on when nobody can see any more how far it is."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from optuna.trial import TrialState
from test_export_and_status import stored

WriteStudy = Callable[..., str]
PROJECT = Path(__file__).parents[2]


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("kind", ["terminal", "pipe"])
def test_its_trials_and_retrainings_do_not_fail_for_it(
    kind: str, workers: int, write_study: WriteStudy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    reader, stderr = os.openpty() if kind == "terminal" else os.pipe()
    words = ["run", write_study(trials=3, epochs=3, steps=20), "--workers", str(workers)]
    with subprocess.Popen(
        [sys.executable, str(PROJECT / "run_study.py"), *words],
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        start_new_session=True,  # it is not its own terminal, whose end would be told by SIGHUP
    ) as process:
        os.close(stderr)
        deadline = time.monotonic() + 120
        while not Path("runs/tiny/study.db").exists():
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
        os.close(reader)
        out, _ = process.communicate(timeout=120)
    assert process.returncode == 0, out
    assert "\nTrials: 3 complete, 0 pruned, 0 failed, 0 infeasible\n" in out
    assert [trial.state for trial in stored().trials] == [TrialState.COMPLETE] * 3


@pytest.mark.parametrize("to", ["/dev/full", "closed"])
def test_a_mistake_has_its_exit_status_all_the_same(to: str) -> None:
    shell = f"{sys.executable} {PROJECT}/run_study.py status nothing 2>"
    done = subprocess.run(
        ["sh", "-c", shell + ("&-" if to == "closed" else to)], stdout=subprocess.PIPE, text=True
    )
    assert (done.returncode, done.stdout) == (2, "")
