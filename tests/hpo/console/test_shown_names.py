"""Names of others in what commands print: shown, and no control of a terminal."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from hpo.console import status_view
from hpo.console.status import Best, Ended, Status, WinnerStatus, WorkerStatus
from hpo.console.summary import print_combined, print_retraining, print_summary, print_test
from hpo.storage.workspace import TrainedFolder, Workspace
from hpo.study.accuracies import NetworkTest
from hpo.study.combined import CombinedResults
from hpo.study.objectives import Front, OnFront
from hpo.study.results import Budget, RetrainingResults, StudyResults
from hpo.trials.budget import TrialCounts

QUICK = Path(__file__).parents[3] / "studies" / "results" / "quick.json"
HOSTILE = "[bold]a\x1b]0;owned\x07\x1b[2J"
SEEN = r"[bold]a\x1b]0;owned\x07\x1b[2J"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Of a finished study, in a folder of such a name."""
    found = Workspace.of("tiny", tmp_path / HOSTILE)
    found.folder.mkdir()
    found.results.touch()
    return found


@pytest.fixture
def now() -> Status:
    """Of a study that is finished and at work, whose last trial failed."""
    results = StudyResults.model_validate(json.loads(QUICK.read_text()))
    return Status(
        study="tiny",
        dataset="glyphs",
        state="running",
        trials=TrialCounts(1, 0, 1, 0, 1, 0),
        retried=0,
        budget=Budget(trials=3, timeout=None),
        best=Best(number=0, value=0.5),
        front=Front(cost="seconds", trials=[OnFront(number=0, value=0.5, cost=1.5)]),
        winner=WinnerStatus(number=0, validation=results.validation, test=results.test),
        converged=None,
        left_out=None,
        passed_over=[],
        waits=None,
        recent=[Ended(number=1, outcome=f"failed: {HOSTILE}")],
        workers=[
            WorkerStatus(
                worker=HOSTILE, number=2, epochs=0, best=None, pictures_per_second=None, silent=1.0
            )
        ],
        part_done=0.0,
        left=None,
    )


def test_status_in_lines(now: Status, workspace: Workspace) -> None:
    lines = "".join(status_view.status_lines(now, workspace))
    assert "\x1b" not in lines
    assert f"Worker {SEEN}: trial 2" in lines
    assert f"{SEEN}/best.toml" in lines
    assert "trial 0: 50.0\xa0%, 1.5 seconds of training" in lines


def test_status_on_a_terminal(
    now: Status,
    workspace: Workspace,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    drawn = io.StringIO()
    terminal = Console(file=drawn, force_terminal=True, width=150)
    monkeypatch.setattr("hpo.console.terminal.Console", lambda **_: terminal)
    looks = iter([now, now.model_copy(update={"state": "finished"})])
    monkeypatch.setattr(status_view, "INTERVAL", 0)
    status_view.watch(lambda: next(looks), workspace)
    for shown in (drawn.getvalue(), capsys.readouterr().out):
        assert "\x1b]0;owned" not in shown
        assert r"\x1b]0;owned" in shown


def test_summaries(capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads(QUICK.read_text())
    results = StudyResults.model_validate(document | {"device": HOSTILE})
    folder = Path(HOSTILE)
    print_summary(results, Workspace.of("quick", folder), 5.0)
    seeds = results.finalists[0].seeds
    about = {"seeds": seeds, "best_seed": seeds[0].seed, "config": document["winner"]["config"]}
    print_retraining(RetrainingResults.model_validate(document | about), TrainedFolder(folder))
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert shown.count(SEEN) >= 6  # a device, the study's four files, a network's


def hostile(part: Any) -> Any:  # noqa: ANN401
    """A file of results in which every text is hostile, but those of a configuration."""
    if isinstance(part, dict):
        return {key: of if key == "config" else hostile(of) for key, of in part.items()}
    if isinstance(part, list):
        return [hostile(of) for of in part]
    return HOSTILE if isinstance(part, str) else part


def test_no_text_of_a_file_of_results_controls_a_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    document = json.loads(QUICK.read_text())
    validation = {"standard_error_over": "alphabets"}
    seeds = [seed | validation for seed in document["finalists"][0]["seeds"]]
    config, folder = document["winner"]["config"], TrainedFolder(Path(HOSTILE))
    results = StudyResults.model_validate(hostile(document))
    print_summary(results, Workspace.of("quick", folder.folder), 5.0)
    about = {"seeds": seeds, "best_seed": seeds[0]["seed"], "config": config}
    print_retraining(RetrainingResults.model_validate(hostile(document | about)), folder)
    worth = {"accuracy": 0.9, "standard_error": 0.01}
    costs = worth | {"parameters": 9, "milliseconds": 0.1}
    member = costs | {"folder": "a", "sha256": "b", "seed": 1, "spread": 0.1, "besides": "c"}
    combined = {
        "members": [member] * 2,
        "ensemble": costs,
        "gain": worth,
        "standard_error_over": "alphabets",
    }
    print_combined(CombinedResults.model_validate(hostile(document | combined)), folder)
    verification = worth | {"threshold": 0.5, "pairs": 9}
    tested = {
        "one_shot": document["test"] | {"per_alphabet": {HOSTILE: 0.5}},
        "alphabets": ["a"] * len(document["test"]["per_run"]),
        "verification": verification,
        "verification_across": verification,
        "besides": "d",
    }
    print_test(NetworkTest.model_validate(hostile(document | tested)))
    shown, told = capsys.readouterr()
    assert not {letter for letter in shown if ord(letter) < 0x20} - {"\n"}
    assert told == ""
