"""What a watcher of a run with faults sees: epochs in logs, and finished trials that change."""

from __future__ import annotations

from pathlib import Path

import optuna
import pytest
from sqlalchemy import create_engine, text

from benchmarks.chaos.watcher import Watcher, trained_epochs


def log(*lines: str) -> str:
    return "".join(f"2026-01-01 00:00:00,000 INFO {line}\n" for line in lines)


def test_epochs_are_counted_once_each_time_that_they_are_trained() -> None:
    first = log("trial 3: at most 4 epochs", "epoch 1: loss 2", "epoch 2: loss 1")
    again = log(
        "trial 3: at most 4 epochs",
        "trial 3 goes on after epoch 1",
        "epoch 1: loss 2",
        "epoch 2: loss 1",
        "trial 3 50.0%",
        "trial 3, seed 7: at most 4 epochs",
        "epoch 1: loss 2",
    )
    assert trained_epochs([first, again]) == 3


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A study with a finished trial, one that failed, and one that runs."""
    url = f"sqlite:///{tmp_path}/study.db"
    study = optuna.create_study(storage=url, study_name="chaos")
    for state in (optuna.trial.TrialState.COMPLETE, optuna.trial.TrialState.FAIL):
        trial = study.ask()
        trial.report(0.25, 1)
        study.tell(trial, 0.5 if state is optuna.trial.TrialState.COMPLETE else None, state)
    study.ask()
    return url


@pytest.mark.parametrize(
    ("statement", "seen"),
    [
        ("UPDATE trials SET state = 'RUNNING' WHERE number = 0", "trial 0"),
        ("UPDATE trial_values SET value = 0.6", "trial 0"),
        (
            "UPDATE trial_intermediate_values SET intermediate_value = 0.3 WHERE trial_id = 1",
            "trial 0",
        ),
        ("DELETE FROM trials WHERE number = 1", "trial 1"),
        ("UPDATE study_user_attributes SET value_json = '2'", "the stored results"),
        ("UPDATE trials SET state = 'WAITING' WHERE number = 2", ""),
    ],
)
def test_what_changes_of_finished_trials_and_results_is_seen(
    url: str, statement: str, seen: str
) -> None:
    optuna.load_study(study_name="chaos", storage=url).set_user_attr("results", 1)
    watcher = Watcher(url, 3, [], lambda: 0.0)
    watcher.look()
    assert watcher.done == 1
    assert watcher.unfinished == ["RUNNING"]
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()
    watcher.look()
    assert [change.startswith(seen) for change in watcher.changes] == ([True] if seen else [])
