"""How far a study has come, from studies in real databases."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.trial import TrialState

from data.errors import InputError
from hpo.console.status import Status, status
from hpo.console.status_view import status_lines
from hpo.database.opening import open_storage
from hpo.database.optuna_private import storage_of, trial_id
from hpo.storage.finisher_claim import FINISHER, Claim
from hpo.storage.studies import open_study
from hpo.storage.workspace import Workspace, default_url
from hpo.study.definition import StudyConfig
from hpo.study.file import load_study
from hpo.study.space import sample
from hpo.trials.forecast import Forecast

PROJECT = Path(__file__).parents[3]
VALUES = [0.3, 0.7, None, 0.0, 0.7]
"""Of five trials: the third is pruned, the fourth infeasible."""
VALIDATION = {
    "one_shot_accuracy": 0.81,
    "standard_error": 0.01,
    "standard_error_over": "alphabets",
    "runs": 1,
}
TEST = {
    "one_shot_accuracy": 0.92,
    "standard_error": 0.01,
    "trials": 400,
    "per_run": [0.92],
    "every_drawer_pair_accuracy": 0.8,
    "every_drawer_pair_standard_error": 0.02,
    "per_alphabet": {"A": 0.8},
}


def results_of(config: StudyConfig) -> dict[str, Any]:
    """A finished study's results.json; its winner is trial 4."""
    found = json.loads((PROJECT / "studies" / "results" / "quick.json").read_text())
    number = found["winner"] | {"number": 4}
    about: dict[str, Any] = {"study": config.name, "dataset": "glyphs", "storage": None}
    about["definition"] = config.unchangeable()
    own: dict[str, Any] = found | about | {"winner": number}
    return own | {"validation": VALIDATION, "test": TEST}


@pytest.fixture
def config() -> StudyConfig:
    return load_study("glyphs")


@pytest.fixture
def study(config: StudyConfig, tmp_path: Path) -> optuna.Study:
    """Five finished trials."""
    study = open_study(config, open_storage(default_url(tmp_path), create=True))
    for number, value in enumerate(VALUES):
        trial = study.ask()
        sample(trial, config, seed=number)
        trial.set_constraint("shortfall", 2 if value == 0.0 else -1)
        trial.set_user_attr("seed", number)
        trial.set_user_attr("standard_error", 0.01)
        trial.set_user_attr("seconds", 3.0)
        trial.report(0.25, 1)
        if value is None:
            study.tell(trial, state=TrialState.PRUNED)
        else:
            study.tell(trial, value)
    return study


def lines(now: Status, folder: Path) -> list[str]:
    return status_lines(now, Workspace.of("glyphs", folder))


def under_way(study: optuna.Study) -> None:
    """One more trial, two epochs of it done."""
    running = study.ask()
    for key, kept in {
        "worker": "here:7:1",
        "heartbeat": datetime.now(UTC).isoformat(),
        "pictures_per_second": 1234.5,
        "deaths": {"count": 1, "epochs": 0},
        "checkpoint": "glyphs-5-0",
    }.items():
        running.set_user_attr(key, kept)
    running.report(0.4, 1)
    running.report(0.6, 2)


def test_status_counts_and_shows_what_is_under_way(
    study: optuna.Study, config: StudyConfig, tmp_path: Path
) -> None:
    under_way(study)
    found = status(study, config, Workspace.of("glyphs", tmp_path))
    now = found.model_dump(mode="json")
    assert now["state"] == "running"
    assert now["trials"] == {
        "complete": 3,
        "pruned": 1,
        "failed": 0,
        "infeasible": 1,
        "running": 1,
        "waiting": 0,
    }
    assert now["budget"] == {"trials": 8, "timeout": None}
    assert now["best"] == {"number": 1, "value": 0.7}
    worker = dict(now["workers"][0])
    assert worker.pop("silent") < 60
    assert worker == {
        "worker": "here:7",
        "number": 5,
        "epochs": 2,
        "best": 0.6,
        "pictures_per_second": 1234.5,
    }
    assert now["retried"] == 1
    assert now["recent"][2:] == [
        {"number": 2, "outcome": "pruned after epoch 1: others did better"},
        {"number": 3, "outcome": "infeasible: its network cannot exist"},
        {"number": 4, "outcome": "70.0% ± 1.0% (best of 1 epochs, 3 s)"},
    ]
    shown = lines(found, tmp_path)
    assert any(line.startswith("Budget: 4 of 8 trials; about ") for line in shown)
    assert found.left is not None
    assert found.left.search > 0
    assert found.left.retraining > 0
    assert "Trials: 3 complete, 1 pruned, 1 infeasible, 1 running, 1 retried" in shown
    assert "Best of the search: trial 1, 70.0%" in shown
    worker_line = "Worker here:7: trial 5, 2 epochs done, best 60.0%, 1,234 pictures/s, last heard "
    assert any(line.startswith(worker_line) for line in shown)


def test_a_worker_is_not_as_silent_as_the_one_before_it(
    study: optuna.Study, config: StudyConfig, tmp_path: Path
) -> None:
    """A trial that was just taken up has the last sign of life of the worker that gave it back."""
    under_way(study)
    yesterday = datetime.now(UTC) - timedelta(days=1)
    (trial,) = study.get_trials(states=[TrialState.RUNNING])
    storage_of(study).set_trial_user_attr(trial_id(trial), "heartbeat", yesterday.isoformat())
    (worker,) = status(study, config, Workspace.of("glyphs", tmp_path)).workers
    assert worker.silent < 60


def test_status_waits_for_no_import_of_torch(
    study: optuna.Study, config: StudyConfig, tmp_path: Path
) -> None:
    """It takes longer than all else that `status` does."""
    del study  # its database is asked
    words = [str(PROJECT / "run_study.py"), "status", config.name, "--output", str(tmp_path)]
    command = [sys.executable, "-X", "importtime", *words]
    asked = subprocess.run(command, capture_output=True, text=True)
    assert asked.returncode == 0, asked.stderr
    assert "pruned" in asked.stdout
    assert " optuna\n" in asked.stderr
    assert "torch" not in {line.split("|")[-1].strip() for line in asked.stderr.splitlines()}


def test_status_before_the_first_trial(config: StudyConfig, tmp_path: Path) -> None:
    study = open_study(config, open_storage(default_url(tmp_path), create=True))
    now = status(study, config, Workspace.of("glyphs", tmp_path))
    assert (now.state, now.best, now.recent) == ("stopped", None, [])
    assert lines(now, tmp_path)[2:] == ["Trials: none yet", "Best of the search: none complete yet"]


def test_the_winner_is_named_once_the_study_is_finished(
    study: optuna.Study, config: StudyConfig, tmp_path: Path
) -> None:
    assert status(study, config, Workspace.of("glyphs", tmp_path)).state == "stopped"
    small = config.model_copy(update={"trials": 4})
    assert status(study, small, Workspace.of("glyphs", tmp_path)).state == "searched"
    (tmp_path / "unfinished-glyphs").mkdir()
    assert status(study, small, Workspace.of("glyphs", tmp_path)).state == "retraining"
    (tmp_path / "results.json").write_text(json.dumps(results_of(config)))
    now = status(study, small, Workspace.of("glyphs", tmp_path))
    assert now.state == "finished"
    assert now.winner is not None
    expected = {"number": 4, "validation": VALIDATION, "test": TEST}
    assert now.winner.model_dump(mode="json") == expected
    shown = lines(now, tmp_path)
    assert shown[0] == "Study glyphs on glyphs: finished"
    assert (
        "Winner of the retrained: trial 4, 81.0% on validation, 92.0% on the fixed runs;"
        f" its configuration is {tmp_path / 'best.toml'}"
    ) in shown
    assert shown[-2] == "To export the best of the search, or --trial N:"
    assert shown[-1].startswith("  ")
    assert shown[-1].endswith(f"run_study.py export glyphs --storage sqlite:///{tmp_path}/study.db")


def test_what_is_left_of_the_retraining_is_told_on_every_machine(
    study: optuna.Study, config: StudyConfig, tmp_path: Path
) -> None:
    small, elsewhere = config.model_copy(update={"trials": 4}), Workspace.of("glyphs", tmp_path)
    left = Forecast(spent=60, search=0, retraining=110, test=10)
    claim = Claim(process="another:7:0123456789abcdef01234567", beat=3, forecast=left)
    study.set_user_attr(FINISHER, claim.model_dump(mode="json"))
    now = status(study, small, elsewhere)
    assert (now.state, now.left, now.part_done) == ("retraining", left, pytest.approx(1 / 3))
    expected = "Budget: 4 of 4 trials; about 2 min 0 s left: retraining 1 min 50 s, test 10 s"
    assert expected in lines(now, tmp_path)


def test_results_of_another_study_name_no_winner(
    study: optuna.Study, config: StudyConfig, tmp_path: Path
) -> None:
    other = config.model_copy(update={"seed": 5})
    (tmp_path / "results.json").write_text(json.dumps(results_of(other)))
    assert status(study, config, Workspace.of("glyphs", tmp_path)).winner is None
    (tmp_path / "results.json").write_text(
        json.dumps(
            {
                k: v
                for k, v in results_of(config).items()
                if k not in ("winner", "validation", "test")
            }
        )
    )
    with pytest.raises(InputError, match=r"results\.json: lacks winner, validation, test"):
        status(study, config, Workspace.of("glyphs", tmp_path))
