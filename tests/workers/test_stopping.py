"""A study that converges ends for all workers of all machines; only another rule goes on."""

from __future__ import annotations

import json
from pathlib import Path

from optuna.trial import TrialState
from short_study import Start, Write, look_no_more, trials_of, wait_for

from hpo.trials.budget import counts

STOP = "stop = { gain = 0.9, trials = 3 }\n"


def finished(start: Start, *words: object) -> tuple[str, str]:
    """What a command that succeeds prints, and what it says beside."""
    out, err = (process := start(*words)).communicate(timeout=120)
    assert process.returncode == 0, err
    return out, err


def test_all_workers_stop_and_only_another_rule_goes_on(
    storage: str, write_study: Write, start: Start
) -> None:
    study = write_study(trials=16, steps=20)
    plain = study.read_text()
    study.write_text(STOP + plain)
    first = start("run", study, "--storage", storage, "--output", "one", "--workers", 2)
    wait_for(lambda: bool(trials_of(storage)))
    second = start("run", study, "--storage", storage, "--output", "two")
    for process in (first, second):
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        assert "converged after " in out
    trials = trials_of(storage)
    assert {trial.state for trial in trials} <= {TrialState.COMPLETE, TrialState.PRUNED}
    done = counts(trials).done
    # Decided at six; each of the three workers may have had one, and have begun another.
    assert 6 <= done <= 12
    results = json.loads(Path("one/results.json").read_text())
    assert results["converged"]["stop"] == {"gain": 0.9, "trials": 3}
    assert 6 <= results["converged"]["trials"] <= done

    _, err = finished(start, "join", "short", "--storage", storage)
    assert "converged after " in err
    again = ("run", study, "--storage", storage, "--output", "one")
    _, err = finished(start, *again, "--trials", 40)
    assert "a larger budget changes nothing, another stop, or none, searches further" in err
    assert counts(trials_of(storage)).done == done

    study.write_text(plain)
    _, err = finished(start, *again)
    assert "to search further and test anew" in err
    assert counts(trials_of(storage)).done == done
    kept = json.loads(Path("one/results.json").read_text())
    assert kept == results
    for folder in ("one", "two"):
        Path(folder, "results.json").unlink()
    # Whoever finished it, on whose machine the results must be gone.
    for folder in ("one", "two"):
        finished(start, "run", study, "--storage", storage, "--output", folder)
    assert counts(trials_of(storage)).done == 16
    look_no_more()
