"""Many worker processes on real databases: exact budgets, deaths, failures, joining."""

import json
import os
import signal
import sqlite3
import time
from contextlib import suppress
from pathlib import Path

import pytest
from optuna.trial import TrialState
from short_study import Start, Write, standing_still, trials_of, wait_for

from hpo.database.opening import open_storage
from hpo.storage.studies import files_begin_with, stored_study
from hpo.trials.budget import counts

DONE = (TrialState.COMPLETE, TrialState.PRUNED)


def test_the_budget_is_exact_through_an_interrupt_and_a_restart(
    postgres: str, write_study: Write, start: Start, tmp_path: Path
) -> None:
    storage = postgres
    words = ("run", write_study(trials=12, epochs=4, steps=20), "--storage", storage)
    process = start(*words, "--workers", 3)

    def interrupted() -> bool:
        with standing_still(process):
            running = sum(t.state is TrialState.RUNNING for t in trials_of(storage))
            if running == 3:
                os.killpg(process.pid, signal.SIGINT)  # as a terminal does, to all of them
        return running == 3

    wait_for(interrupted)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert err.splitlines()[-1] == "interrupted: the same command goes on where it stopped"
    found = counts(trials_of(storage))
    assert (found.running, found.failed) == (0, 0)
    assert found.waiting >= 1

    process = start(*words, "--workers", 3)
    _, err = process.communicate(timeout=180)
    assert process.returncode == 0, err
    trials = trials_of(storage)
    found = counts(trials)
    assert (found.done, found.running, found.failed) == (12, 0, 0)
    assert len({trial.user_attrs["worker"] for trial in trials}) > 1
    assert err.count("\nshort: all 12 trials are done\n") == 1
    logs = list((tmp_path / "runs/short/logs").iterdir())
    assert len(logs) == 6
    lines = "".join(log.read_text() for log in logs)
    for trial in trials:
        if trial.state is TrialState.COMPLETE and trial.values[0] > 0:
            assert lines.count(f"INFO trial {trial.number} {trial.values[0]:.1%}") == 1
    assert not (tmp_path / "runs/short/unfinished-short").exists()

    results = json.loads((tmp_path / "runs/short/results.json").read_text())
    assert results["trials"]["complete"] + results["trials"]["pruned"] == 12
    (tmp_path / "runs/short/results.json").unlink()
    again = start(*words)
    _, err = again.communicate(timeout=180)
    assert again.returncode == 0, err
    assert [t for t in trials_of(storage) if t.state in DONE] == [
        t for t in trials if t.state in DONE
    ]


def test_killed_workers_are_replaced_and_their_trials_resumed(
    storage: str, write_study: Write, start: Start, tmp_path: Path
) -> None:
    study = write_study(trials=10, epochs=6, steps=90)
    process = start("run", study, "--storage", storage, "--workers", 3)
    killed: list[int] = []
    lost: dict[int, int] = {}

    def kill_one() -> bool:
        # Whoever has just taken a trial up has not yet put its name there.
        running = [
            trial
            for trial in trials_of(storage)
            if trial.state is TrialState.RUNNING and trial.user_attrs["worker"]
        ]
        for trial in sorted(running, key=lambda t: "deaths" in t.user_attrs):
            worker = int(trial.user_attrs["worker"].split(":")[1])
            # In mid-trial, after an epoch of its own, so that there is something to lose.
            done = len(trial.intermediate_values)
            if lost.get(trial.number, 0) < done < 5 and worker not in killed:
                with suppress(ProcessLookupError):
                    os.kill(worker, signal.SIGKILL)
                    killed.append(worker)
                    lost[trial.number] = done
                return True
        return process.poll() is not None

    wait_for(lambda: bool(trials_of(storage)))
    for _ in range(4):
        wait_for(kill_one)
    _, err = process.communicate(timeout=240)
    assert process.returncode == 0, err
    assert len(killed) >= 3
    assert err.count("died (SIGKILL) and is replaced") == len(killed)
    trials = trials_of(storage)
    found = counts(trials)
    assert (found.done, found.running, found.failed) == (10, 0, 0)
    assert sum("deaths" in trial.user_attrs for trial in trials) >= 1
    assert max(t.values[0] for t in trials if t.state is TrialState.COMPLETE) == pytest.approx(
        json.loads((tmp_path / "runs/short/results.json").read_text())["best"]["value"]
    )
    # A checkpoint is at most one epoch behind. Whoever goes on says its epoch once more, for a
    # worker may have died between the checkpoint and the line.
    logs = "".join(log.read_text() for log in (tmp_path / "runs/short/logs").iterdir())
    lines, again = logs.count("INFO epoch "), logs.count(" goes on after epoch ")
    assert 1 <= again <= len(killed)
    reported = sum(len(trial.intermediate_values) for trial in trials)
    assert reported <= lines
    assert abs(lines - again - reported) <= len(killed)


def test_a_database_that_is_away_is_waited_for(
    write_study: Write, start: Start, tmp_path: Path
) -> None:
    """SQLite's file locked by someone else for longer than its own timeout."""
    url = f"sqlite:///{tmp_path}/study.db"
    process = start("run", write_study(trials=8, steps=20), "--storage", url, "--workers", 2)
    wait_for(lambda: bool(trials_of(url)))

    def logs() -> str:
        return "".join(log.read_text() for log in (tmp_path / "runs/short/logs").iterdir())

    with sqlite3.connect(tmp_path / "study.db", isolation_level=None, timeout=60) as other:
        other.execute("BEGIN EXCLUSIVE")
        wait_for(lambda: "the storage does not answer; waiting for it" in logs())
        other.execute("ROLLBACK")
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    found = counts(trials_of(url))
    assert (found.done, found.failed, found.running) == (8, 0, 0)
    assert "the storage answers again" in logs()


def test_a_store_of_checkpoints_that_is_away_is_waited_for(
    postgres: str, write_study: Write, start: Start, tmp_path: Path
) -> None:
    words = ("--storage", postgres, "--workers", 4, "--artifacts", tmp_path / "store")
    process = start("run", write_study(trials=16, steps=40), *words)
    wait_for(lambda: counts(trials_of(postgres)).done > 1)
    (tmp_path / "store").rename(tmp_path / "away")

    def logs() -> str:
        return "".join(log.read_text() for log in (tmp_path / "runs/short/logs").iterdir())

    wait_for(lambda: "the store of checkpoints does not answer" in logs())
    assert counts(trials_of(postgres)).running > 0
    (tmp_path / "away").rename(tmp_path / "store")
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    found = counts(trials_of(postgres))
    assert (found.done, found.failed, found.running) == (16, 0, 0)
    assert "the store of checkpoints answers again" in logs()


def test_a_server_that_is_restarted_is_waited_for(
    postgres: str,
    server: object,
    write_study: Write,
    start: Start,
    tmp_path: Path,
) -> None:
    process = start("run", write_study(trials=8, steps=20), "--storage", postgres, "--workers", 2)
    wait_for(lambda: bool(trials_of(postgres)))
    server.stop()  # type: ignore[attr-defined]
    time.sleep(5)
    server.start()  # type: ignore[attr-defined]
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    found = counts(trials_of(postgres))
    assert (found.done, found.failed, found.running) == (8, 0, 0)


def test_many_start_at_the_same_moment(write_study: Write, start: Start, tmp_path: Path) -> None:
    """Each makes the tables and the study, if it comes first."""
    storage = f"sqlite:///{tmp_path}/study.db"
    study = write_study(trials=6)
    many = [
        start("run", study, "--storage", storage, "--output", f"out{number}") for number in range(5)
    ]
    for process in many:
        _, err = process.communicate(timeout=240)
        assert process.returncode == 0, err
    found = counts(trials_of(storage))
    assert (found.done, found.failed, found.running) == (6, 0, 0)


def test_another_machine_joins_by_url_and_name(
    postgres: str,
    write_study: Write,
    start: Start,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    storage = postgres
    missing = start("join", "short", "--storage", storage)
    _, err = missing.communicate(timeout=60)
    assert missing.returncode == 2
    assert err.count("\n") == 1
    words = ("--storage", storage, "--artifacts", "shared")
    first = start("run", write_study(trials=16, steps=40), *words)
    wait_for(lambda: bool(trials_of(storage)))
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    second = start("join", "short", "--storage", storage, "--workers", 2, "--output", "out")
    _, err = second.communicate(timeout=180)
    assert second.returncode == 0, err
    assert "where the study's checkpoints are, is not on this machine" not in err
    _, err = first.communicate(timeout=180)
    assert first.returncode == 0, err
    trials = trials_of(storage)
    assert counts(trials).done == 16
    assert len({trial.user_attrs["worker"] for trial in trials}) >= 2
    assert sorted(path.name for path in Path("out").iterdir()) == ["logs"]


def test_workers_behind_the_proxy(
    postgres: str, write_study: Write, start: Start, free_port: int
) -> None:
    port = free_port
    proxy = start("proxy", "--storage", postgres, "--port", port, "--host", "127.0.0.1")
    assert proxy.stderr is not None
    assert proxy.stderr.readline().startswith(f"grpc://127.0.0.1:{port} serves the storage")
    url = f"grpc://127.0.0.1:{port}"
    process = start("run", write_study(trials=8), "--storage", url, "--workers", 2)
    _, err = process.communicate(timeout=180)
    assert process.returncode == 0, err
    assert "ExperimentalWarning" not in err
    assert counts(trials_of(postgres)).done == 8
    second = start("proxy", "--storage", postgres, "--port", port, "--host", "127.0.0.1")
    _, err = second.communicate(timeout=60)
    said = f"error: --port {port}: cannot listen there: address already in use\n"
    assert (second.returncode, err) == (2, said)
    proxy.send_signal(signal.SIGTERM)
    _, err = proxy.communicate(timeout=30)
    assert (proxy.returncode, err) == (130, "interrupted\n")


def test_a_trial_that_raises_fails_and_three_alike_stop_all_workers(
    postgres: str, write_study: Write, start: Start, tmp_path: Path
) -> None:
    """A full disk, here a folder that is none, where checkpoints should go."""
    storage = postgres
    (tmp_path / "store").mkdir()
    words = ("--storage", storage, "--workers", 2, "--artifacts", tmp_path / "store")
    process = start("run", write_study(trials=30, steps=10), *words)
    wait_for(lambda: counts(trials_of(storage)).done > 1)
    study, _ = stored_study("short", open_storage(storage, create=False))
    for name in range(40):
        for half in range(2):  # no checkpoint can be written any more
            path = tmp_path / "store" / f"{files_begin_with(study)}-{name}-{half}"
            while not path.is_dir():
                path.unlink(missing_ok=True)
                with suppress(FileExistsError):  # it was written in between
                    path.mkdir()
    _, err = process.communicate(timeout=180)
    assert process.returncode == 1, err
    last = err.splitlines()[-1]
    assert last.startswith("failed: 3 trials in a row failed; the last with IsADirectoryError")
    trials = trials_of(storage)
    failed = [trial for trial in trials if trial.state is TrialState.FAIL]
    assert len(failed) >= 3
    for trial in failed:
        assert "Traceback" in trial.user_attrs["error"]
        assert trial.user_attrs["failure"] == "IsADirectoryError"
    assert counts(trials).running == 0
