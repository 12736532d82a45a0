"""What is shown while trainings run: plain lines into a pipe, live bars on a terminal."""

import os
import re
import sys
from contextlib import suppress
from typing import Any

import pytest
from optuna.trial import FrozenTrial, TrialState, create_trial

from hpo.console.progress import Progress
from model.training.epoch_report import EpochReport


def report(epoch: int, best: float) -> EpochReport:
    return EpochReport(epoch, 1.5, best, 0.01, epoch, best, 0.01, 2.0, 1234.0)


def trial(number: int, state: TrialState, value: float | None = None, **more: Any) -> FrozenTrial:  # noqa: ANN401
    frozen = create_trial(state=state, value=value, **more)
    frozen.number = number
    return frozen


def test_each_finished_trial_is_one_plain_line(capsys: pytest.CaptureFixture[str]) -> None:
    done = {"standard_error": 0.021, "seconds": 31.4}
    curve = {1: 0.5, 2: 0.713}
    with Progress("quick", total=12, done=3) as progress:
        progress.trial_started(3, epochs=2)
        progress.epoch_done(report(0, 0.5))
        progress.epoch_done(report(1, 0.713))
        progress.trial_finished(
            trial(3, TrialState.COMPLETE, 0.713, user_attrs=done, intermediate_values=curve)
        )
        progress.trial_finished(
            trial(4, TrialState.PRUNED, intermediate_values={1: 0.2}, user_attrs={})
        )
        progress.trial_finished(
            trial(
                5,
                TrialState.PRUNED,
                intermediate_values={1: 0.2},
                user_attrs={"reason": "the loss of epoch 1 is nan"},
            )
        )
        progress.trial_finished(trial(6, TrialState.COMPLETE, 0.0, constraints={"shortfall": 3.0}))
        error = "Traceback ...\nOSError: [Errno 28] disk full\n"
        progress.trial_finished(trial(7, TrialState.FAIL, user_attrs={"error": error}))
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "quick 4/12: trial 3 71.3% ± 2.1% (best of 2 epochs, 31 s)",
        "quick 5/12: trial 4 pruned after epoch 1: others did better",
        "quick 6/12: trial 5 pruned after epoch 1: the loss of epoch 1 is nan",
        "quick 6/12: trial 6 infeasible, not trained",
        "quick 6/12: trial 7 failed: OSError: [Errno 28] disk full",
    ]


def all_from(controller: int) -> str:
    """What a terminal was sent, once nothing has it open any more; a read gives 4 KiB at most."""
    shown = b""
    with suppress(OSError):  # the end
        while part := os.read(controller, 100_000):
            shown += part
    os.close(controller)
    return shown.decode()


def test_a_terminal_gets_live_bars_with_the_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    controller, terminal = os.openpty()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "140")
    with monkeypatch.context() as patched, open(terminal, "w") as stream:
        patched.setattr(sys, "stderr", stream)
        with Progress("quick", total=4, done=2) as progress:
            progress.trial_started(2, epochs=5)
            progress.epoch_done(report(1, 0.612))
            progress._bars.refresh()
            progress.finished("trial 2 was fine")
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", all_from(controller))
    assert re.search(r"quick\s+━+╸?╺?━*\s+2/4 \S+ left \S+", text)
    assert re.search(r"trial 2\s+━+╸?╺?━*\s+2/5 \S+ left \S+ best 61.2%, 1,234 pictures/s", text)
    assert "quick 3/4: trial 2 was fine" in text
