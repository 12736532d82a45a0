"""Workers in containers that share a host name, and have PID namespaces of their own."""

import sys
from pathlib import Path

import psycopg
import pytest
from containers import in_container, needs_containers
from short_study import Start, Write, trials_of, wait_for

from hpo.database.opening import open_storage
from hpo.storage.studies import open_study
from hpo.study.file import load_study
from hpo.trials.budget import counts

PYTHON = sys.executable


def number_that_waits(admin: psycopg.Connection) -> int:
    """How many processes wait for a lock in the database."""
    admin.execute("SELECT pg_stat_clear_snapshot()")
    asked = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    row = admin.execute(f"{asked} AND datname = current_database()").fetchone()
    assert row is not None
    return int(row[0])


@needs_containers
@pytest.mark.parametrize("storage", ["postgres"], indirect=True)
def test_containers_of_one_host_name_leave_each_other_their_trials(
    storage: str,
    write_study: Write,
    start_python: Start,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    study = write_study(trials=8, epochs=4, steps=80)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "contained"))
    command = in_container(f'exec {PYTHON} "$@"')
    text = "#!/bin/sh\n" + " ".join(f"'{word}'" for word in command) + ' contained "$@"\n'
    (tmp_path / "contained").write_text(text)
    (tmp_path / "contained").chmod(0o755)
    open_study(load_study(str(study)), open_storage(storage, create=True))
    words = ("--storage", storage, "--workers", 2)
    with psycopg.connect(storage.replace("+psycopg", "")) as admin:
        # Nobody begins a trial before some of both are there: libraries take long to import.
        admin.execute("LOCK TABLE trials IN SHARE ROW EXCLUSIVE MODE")
        processes = [start_python("run", study, *words, "--output", output) for output in "ab"]
        wait_for(lambda: number_that_waits(admin) > 2, seconds=240)
    for process in processes:
        _, err = process.communicate(timeout=240)
        assert process.returncode == 0, err
    trials = trials_of(storage)
    assert counts(trials).done == 8
    assert counts(trials).failed == 0
    assert not any("deaths" in trial.user_attrs for trial in trials)
    workers = {trial.user_attrs["worker"] for trial in trials}
    assert {worker.split(":")[0] for worker in workers} == {"box"}
    assert len(workers) > 2
