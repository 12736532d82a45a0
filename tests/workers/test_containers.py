"""Workers in containers that share a host name, and have PID namespaces of their own."""

import sys
from pathlib import Path

import pytest
from containers import in_container, needs_containers
from short_study import Start, Write, trials_of

from hpo.trials.budget import counts

PYTHON = sys.executable


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
    words = ("--storage", storage, "--workers", 2)
    for process in [start_python("run", study, *words, "--output", output) for output in "ab"]:
        _, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
    trials = trials_of(storage)
    assert counts(trials).done == 8
    assert counts(trials).failed == 0
    assert not any("deaths" in trial.user_attrs for trial in trials)
    workers = {trial.user_attrs["worker"] for trial in trials}
    assert {worker.split(":")[0] for worker in workers} == {"box"}
    assert len(workers) > 2
