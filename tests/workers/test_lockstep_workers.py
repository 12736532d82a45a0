"""In lockstep, whoever is killed, and on whichever database, the trials are the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from optuna.trial import TrialState
from short_study import Start, Write, trials_of, wait_for

LOCKSTEP = "lockstep = 3\nstop = { gain = 0.02, trials = 4 }\n"


def of_all(storage: str) -> list[Any]:
    """What became of each trial."""
    return [
        (t.number, t.params, t.state, t.values, t.intermediate_values) for t in trials_of(storage)
    ]


def test_killed_workers_find_what_one_in_peace_does(
    storage: str, write_study: Write, start: Start
) -> None:
    study = write_study(trials=40, steps=15, sampler="tpe")
    study.write_text(LOCKSTEP + study.read_text())
    alone = f"sqlite:///{Path.cwd()}/alone.db"
    process = start("run", study, "--storage", alone, "--output", "alone", "--workers", 1)
    _, err = process.communicate(timeout=180)
    assert process.returncode == 0, err

    first = start("run", study, "--storage", storage, "--output", "one", "--workers", 2)
    wait_for(lambda: len(trials_of(storage)) > 4)
    second = start("run", study, "--storage", storage, "--output", "two", "--workers", 2)
    wait_for(lambda: len(trials_of(storage)) > 7)
    first.kill()
    _, err = second.communicate(timeout=180)
    assert second.returncode == 0, err
    assert of_all(storage) == of_all(alone)
    assert {t.state for t in trials_of(alone)} == {TrialState.COMPLETE, TrialState.PRUNED}
    assert 9 <= len(trials_of(alone)) < 40  # it converged, before the same trial
