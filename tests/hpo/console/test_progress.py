"""What is shown while trainings run: plain lines into a pipe, live bars on a terminal."""

import io
import os
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from optuna.trial import FrozenTrial, TrialState, create_trial
from rich.console import Console

from hpo.console.countdown import Trainings
from hpo.console.progress import Progress
from hpo.console.starting import starting
from hpo.trials.forecast import Forecast, Standing
from model.training.epoch_report import EpochReport


def report(epoch: int, best: float) -> EpochReport:
    return EpochReport(epoch, 1.5, best, 0.01, epoch, best, 0.01, 2.0, 1234.0)


def trial(number: int, state: TrialState, value: float | None = None, **more: Any) -> FrozenTrial:  # noqa: ANN401
    frozen = create_trial(state=state, value=value, **more)
    frozen.number = number
    return frozen


def standing(done: int, total: int, forecast: Forecast | None = None) -> Standing:
    return Standing(done=done, total=total, forecast=forecast)


def test_each_finished_trial_is_one_plain_line(capsys: pytest.CaptureFixture[str]) -> None:
    done = {"standard_error": 0.021, "seconds": 31.4}
    curve = {1: 0.5, 2: 0.713}
    with Progress("quick", total=12, done=3) as progress:
        progress.trial_started(3, epochs=2)
        progress.epoch_done(report(0, 0.5))
        progress.epoch_done(report(1, 0.713))
        progress.stands(standing(4, 12))
        progress.trial_finished(
            trial(3, TrialState.COMPLETE, 0.713, user_attrs=done, intermediate_values=curve)
        )
        progress.stands(standing(5, 12))
        progress.trial_finished(
            trial(4, TrialState.PRUNED, intermediate_values={1: 0.2}, user_attrs={})
        )
        progress.stands(standing(7, 16))  # others ended one too, and the budget was raised
        progress.trial_finished(
            trial(
                5,
                TrialState.PRUNED,
                intermediate_values={1: 0.2},
                user_attrs={"reason": "the loss of epoch 1 is nan"},
            )
        )
        progress.stands(standing(6, 16))  # a worker that had looked before
        progress.trial_finished(trial(6, TrialState.COMPLETE, 0.0, constraints={"shortfall": 3.0}))
        error = "Traceback ...\nOSError: [Errno 28] disk full\n"
        progress.trial_finished(trial(7, TrialState.FAIL, user_attrs={"error": error}))
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "quick 4/12: trial 3 71.3% ± 2.1% (best of 2 epochs, 31 s)",
        "quick 5/12: trial 4 pruned after epoch 1: others did better",
        "quick 7/16: trial 5 pruned after epoch 1: the loss of epoch 1 is nan",
        "quick 7/16: trial 6 infeasible: its network cannot exist",
        "quick 7/16: trial 7 failed: OSError: [Errno 28] disk full",
    ]


def test_the_speed_and_the_end_are_told_at_the_start(capsys: pytest.CaptureFixture[str]) -> None:
    forecast = Forecast(spent=10, search=70, retraining=200, test=30)
    with Progress("quick", total=12, parts=2) as progress:
        progress.trial_started(0, epochs=8, part=0)
        progress.trial_started(1, epochs=8, part=1)
        progress.epoch_done(report(0, 0.5), part=0)
        progress.stands(standing(0, 12, forecast))  # the other's speed is not known yet
        progress.steps_done(0.5, 766.0, part=1)
        progress.stands(standing(0, 12, forecast))
        progress.stands(standing(1, 12, forecast))
    (line,) = capsys.readouterr().err.splitlines()
    assert re.fullmatch(
        r"quick: 2,000 pictures a second are trained here; about 5 min 0 s left: search"
        r" 1 min 10 s, retraining 3 min 20 s, test 30 s; the end is expected at \d\d:\d\d",
        line,
    )


def test_a_search_alone_tells_of_no_retraining(capsys: pytest.CaptureFixture[str]) -> None:
    forecast = Forecast(spent=10, search=70, retraining=200, test=30)
    with Progress("quick", total=12, search_alone=True) as progress:
        progress.trial_started(0, epochs=8)
        progress.epoch_done(report(0, 0.5))
        progress.stands(standing(0, 12, forecast))
    (line,) = capsys.readouterr().err.splitlines()
    assert "about 1 min 10 s left: search 1 min 10 s; the end is expected" in line


def test_a_log_is_never_silent_for_long(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tick: Callable[[], None]
) -> None:
    monkeypatch.setattr("hpo.console.progress.EVERY", 2.0)
    with Progress("retraining", total=3, parts=2, trainings=Trainings(3, 2)) as progress:
        progress.started("trial 7, seed 1", epochs=8, part=1)
        for _ in range(2):
            tick()
        progress.epoch_done(report(1, 0.612), part=1)
        progress.steps_done(0.25, 900.0, part=1)
        for _ in range(2):
            tick()
    before, after = capsys.readouterr().err.splitlines()
    assert before == "retraining 0/3: trial 7, seed 1 epoch 0/8; time left not known yet"
    assert after == (
        "retraining 0/3: trial 7, seed 1 epoch 2.25/8 best 61.2%; about 20 s left: retraining 20 s"
    )


def test_a_training_that_goes_on_is_shown_from_where_it_was(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tick: Callable[[], None]
) -> None:
    monkeypatch.setattr("hpo.console.progress.EVERY", 1.0)
    with Progress("retraining", total=1, parts=2, trainings=Trainings(2, 2)) as progress:
        for part in (0, 1):
            progress.started(f"seed {part}", epochs=64, part=part)
            progress.goes_on(report(60, 0.612), part=part)
        tick()
        progress.steps_done(0.5, 900.0, part=1)
        progress.epoch_done(replace(report(61, 0.6), seconds=30.0), part=0)
    before, *after = capsys.readouterr().err.splitlines()
    assert before == (
        "retraining 0/1: seed 0 epoch 61/64 best 61.2%, seed 1 epoch 61/64 best 61.2%;"
        " time left not known yet"
    )
    assert len(after) == 1
    assert "about 1 min 30 s left: retraining 1 min 30 s" in after[0]  # the other has three to go


def test_retraining_counts_down_to_the_end_of_the_test() -> None:
    before, told = Forecast(spent=100, search=0, retraining=0, test=30), []
    trainings = Trainings(2, 2, before)
    with Progress("retraining", 2, parts=2, trainings=trainings, tell=told.append) as progress:
        for part in (0, 1):
            progress.started(f"seed {part}", epochs=3, part=part)
        for epoch in range(3):
            for part in (0, 1):
                progress.epoch_done(report(epoch, 0.5), part=part)
        progress.finished("seed 0", part=0)
        progress.finished("seed 1", part=1)
    left = [(forecast.spent, forecast.retraining, forecast.test) for forecast in told]
    assert left[1] == (102.0, 4.0, 30.0)
    assert left[-1] == (106.0, 0.0, 30.0)


def test_the_slower_of_two_trainings_decides() -> None:
    trainings = Trainings(2, 2)
    for part in (0, 1):
        trainings.started(part, epochs=10)
        trainings.epoch_done(part, replace(report(0, 0.5), seconds=1.0 + 2 * part))
    found = trainings.forecast()
    assert found is not None
    assert found.retraining == 9 * 3.0


def test_trainings_side_by_side_may_have_as_many_epochs_as_they_like() -> None:
    trainings = Trainings(3, 2)
    trainings.started(0, 16)
    trainings.started(1, 4)
    trainings.epoch_done(0, report(5, 0.5))
    assert (found := trainings.forecast()) is not None
    assert found.retraining == (10 * 2 + 4 * 2 + 10 * 2) / 2
    trainings.finished(1)
    assert (found := trainings.forecast()) is not None
    assert found.retraining == (10 * 2 + 10 * 2) / 2


def all_from(controller: int) -> str:
    """What a terminal was sent, once nothing has it open any more; a read gives 4 KiB at most."""
    shown = b""
    with suppress(OSError):  # the end
        while part := os.read(controller, 100_000):
            shown += part
    os.close(controller)
    return shown.decode()


def test_a_terminal_gets_live_bars_with_the_time_left(
    monkeypatch: pytest.MonkeyPatch, tick: Callable[[], None]
) -> None:
    controller, terminal = os.openpty()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "140")
    with monkeypatch.context() as patched, open(terminal, "w") as stream:
        patched.setattr(sys, "stderr", stream)
        with Progress("quick", total=4, done=2) as progress:
            progress.trial_started(2, epochs=5)
            progress.epoch_done(report(1, 0.612))
            left = Forecast(spent=10, search=70, retraining=20, test=0)
            progress.stands(standing(2, 4, left))
            tick()
            progress._bars.refresh()
            progress.finished("trial 2 was fine")
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", all_from(controller))
    assert re.search(r"quick\s+━+╸?╺?━*\s+2/4 \S+ about 1 min 30 s left", text)
    assert re.search(r"trial 2\s+━+╸?╺?━*\s+2/5 \S+ best 61.2%, 1,234 pictures/s", text)
    assert "quick 3/4: trial 2 was fine" in text


def test_tensorboard_gets_a_run_for_each_training_with_a_point_an_epoch(tmp_path: Path) -> None:
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    with Progress("quick", total=2, parts=2, tensorboard=tmp_path) as progress:
        progress.trial_started(3, epochs=2, part=0)
        progress.started("trial 4, seed 5", epochs=2, part=1)
        progress.epoch_done(report(0, 0.5), part=1)
        progress.epoch_done(report(0, 0.25), part=0)
        progress.epoch_done(report(1, 0.75), part=0)
        progress.finished("done", part=1)
    assert {folder.name for folder in tmp_path.iterdir()} == {"trial-3", "trial-4-seed-5"}
    found = accumulator.EventAccumulator(str(tmp_path / "trial-3"))
    found.Reload()
    points = found.Scalars("validation/best one-shot accuracy")
    assert [(point.step, point.value) for point in points] == [(1, 0.25), (2, 0.75)]
    assert {"loss", "pictures a second"} <= set(found.Tags()["scalars"])


def test_workers_that_start_have_rows_until_trainings_take_their_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    controller, terminal = os.openpty()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")
    with monkeypatch.context() as patched, open(terminal, "w") as stream:
        patched.setattr(sys, "stderr", stream)
        with starting("quick", workers=2):
            print("a line above", file=sys.stderr)
            first = os.read(controller, 100_000).decode()
            with Progress("quick", total=12, parts=2, workers=True):
                pass
    text = first + all_from(controller)
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)
    for row in (r"quick\s+━", r"worker 1\s+━", r"worker 2\s+━"):
        assert len(re.findall(row, plain)) >= 2
    assert "a line above" in plain
    # The cursor is hidden and shown: one after the other, never both at once.
    assert re.findall(r"\x1b\[\?25([lh])", text) == ["l", "h", "l", "h"]


def test_on_a_terminal_a_line_is_broken_between_words(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.StringIO()
    terminal = Console(file=screen, force_terminal=True, force_interactive=True, width=40)
    words = "the alphabets of this study are few, and so its error is large"
    with Progress("quick", total=2) as progress:
        monkeypatch.setattr(progress, "_console", terminal)
        progress.note(words)
    lines = screen.getvalue().split("\n")
    assert max(map(len, lines)) <= 40
    assert " ".join(line.strip() for line in lines).strip() == f"quick: {words}"


def test_an_end_that_no_calendar_has_is_worded(capsys: pytest.CaptureFixture[str]) -> None:
    for left, end in (
        (1e14, "in more than a year"),
        (50 * 3600.0, r"on \d{4}-\d\d-\d\d at \d\d:\d\d"),
    ):
        with Progress("quick", total=2**31 - 1) as progress:
            progress.trial_started(0, epochs=10_000)
            progress.epoch_done(report(0, 0.5))
            found = Forecast(spent=1, search=left, retraining=0, test=0)
            progress.stands(standing(0, 2**31 - 1, found))
        (line,) = capsys.readouterr().err.splitlines()
        assert re.search(f"; the end is expected {end}$", line)


def test_nothing_that_goes_wrong_in_showing_ends_a_training(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def wrong(*_: object, **__: object) -> None:
        raise RuntimeError("nobody knows why")

    for method in ("start", "reset", "update", "stop"):
        monkeypatch.setattr(f"rich.progress.Progress.{method}", wrong)
    monkeypatch.setattr("rich.console.Console.print", wrong)
    trainings = Trainings(total=1, parts=1)
    with Progress("quick", total=1, trainings=trainings) as progress:
        progress.trial_started(0, epochs=2)
        for epoch in range(2):
            progress.steps_done(0.5, 900.0)
            progress.epoch_done(report(epoch, 0.5))
        progress.stands(standing(1, 1))
        progress.trial_finished(trial(0, TrialState.COMPLETE, 0.5))
        progress.finished("done")
        progress.ended("all is done")
    said = [line.getMessage() for line in caplog.records]
    assert "not all is shown (epoch_done): RuntimeError: nobody knows why" in said
    assert len(set(said)) == len(said)  # each once
