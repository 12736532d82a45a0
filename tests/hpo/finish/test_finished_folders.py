"""Folders that hold a study's results: shown again, refused where they are not its own."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import hpo.run.run
from data.collection import Collection
from data.errors import InputError
from hpo.database.opening import open_storage
from hpo.database.waiting_storage import WaitingStorage
from hpo.run.run import run_study
from hpo.storage.workspace import Workspace
from hpo.study.definition import StudyConfig
from hpo.study.results import document_of
from hpo.workers.machine import Machine

MACHINE = Machine(device="cpu")
STORAGE = "sqlite:///study.db"
Said = Callable[..., str]


def test_a_finished_study_is_neither_trained_nor_tested_again(
    results: dict[str, Any],
    config: StudyConfig,
    glyphs: Collection,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    marked = results | {"test": results["test"] | {"one_shot_accuracy": 0.123}}
    (tmp_path / "results.json").write_text(json.dumps(marked))
    # Whatever became of its storage, and whatever the budget is now.
    larger = config.model_copy(update={"trials": config.trials + 5})
    for storage in (None, "grpc://nowhere:13000"):
        again = run_study(larger, glyphs, MACHINE, Workspace.of(larger.name, tmp_path, storage))
        assert document_of(again) == marked
        said = capsys.readouterr().err
        expected = storage is not None
        assert (f"holds the results of a run in {STORAGE}, which are shown" in said) == expected
    assert [path.name for path in tmp_path.iterdir()] == ["results.json"]


@pytest.mark.parametrize(
    "elsewhere",
    ["foo://me:secret@x", "sqlite:////nosuch/x.db", "postgresql://me:secret@127.0.0.1:1/studies"],
)
@pytest.mark.usefixtures("results")
def test_results_are_not_shown_as_those_of_another_storage_that_was_named(
    elsewhere: str, config: StudyConfig, glyphs: Collection, output: Path
) -> None:
    with pytest.raises(InputError) as caught:
        run_study(config, glyphs, MACHINE, Workspace.of(config.name, output, elsewhere))
    line = str(caught.value)
    assert f"{output} holds the results of a run in {STORAGE}; name that storage, or" in line
    assert "secret" not in line


@pytest.mark.usefixtures("results")
def test_what_has_no_effect_on_a_finished_study_is_said(
    config: StudyConfig, glyphs: Collection, output: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_study(config, glyphs, MACHINE, Workspace.of(config.name, output))
    assert "without effect" not in capsys.readouterr().err
    asked = config.model_copy(update={"warm_start": "nope", "trials": 1, "timeout": 2e6})
    run_study(asked, glyphs, MACHINE, Workspace.of(config.name, output))
    assert (
        "is finished, and so without effect: warm_start nope, trials 1, timeout 2000000\n"
        in capsys.readouterr().err
    )


@pytest.fixture
def said(
    config: StudyConfig, glyphs: Collection, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Said:
    """What is said where these are the results of a study and other budgets are asked for."""

    def said_of(ended: dict[str, Any], **asked: float | None) -> str:
        (tmp_path / "results.json").write_text(json.dumps(ended))
        workspace = Workspace.of(config.name, tmp_path)
        run_study(config.model_copy(update=asked), glyphs, MACHINE, workspace)
        return capsys.readouterr().err

    return said_of


def test_a_search_that_its_timeout_ended_takes_more_time_and_not_more_trials(
    results: dict[str, Any], said: Said
) -> None:
    done = results["trials"]["complete"] + results["trials"]["pruned"]
    ended = results | {
        "budget": {"trials": done + 5, "timeout": 10.0},
        "seconds": {"search": 10.5, "finish": 1.0},
    }
    further = f"finished and tested after {done} trials: nothing is trained; remove its"
    for trials, timeout, idle in (
        (done + 9, 10.0, f"trials {done + 9}"),
        (done + 5, 9.0, "timeout 9"),
        (done + 5, 10.0, None),
        (done + 5, 20.0, None),
        (done + 9, None, None),
    ):
        lines = said(ended, trials=trials, timeout=timeout)
        assert (further in lines) == (timeout in (20.0, None))
        assert ("without effect" in lines) == (idle is not None)
        assert idle is None or f"without effect: {idle}\n" in lines


def test_a_search_that_infeasible_trials_ended_takes_more_of_them(
    results: dict[str, Any], said: Said
) -> None:
    same = results["trials"]["complete"] + results["trials"]["pruned"] + 5
    ended = results | {
        "budget": {"trials": same, "timeout": 1000.0},
        "trials": results["trials"] | {"infeasible": 7},
    }
    for trials, infeasible, more in ((same, 7, False), (same + 4, 7, False), (same, 8, True)):
        lines = said(ended, trials=trials, infeasible_trials=infeasible, timeout=1000.0)
        assert ("nothing is trained; remove its results.json" in lines) == more
        assert (f"without effect: trials {trials}" in lines) == (trials > same)


@pytest.mark.parametrize(
    ("damaged", "expected"),
    [
        ({"study": "glyphs"}, "lacks dataset, budget, trials"),
        ({"experiment": "filters"}, "holds the results of experiment filters"),
        ({}, "holds the results of a retraining"),
    ],
)
def test_damaged_results_are_refused(
    damaged: dict[str, Any],
    expected: str,
    results: dict[str, Any],
    config: StudyConfig,
    glyphs: Collection,
    tmp_path: Path,
) -> None:
    kept = damaged | {k: v for k, v in results.items() if k == "definition" and damaged}
    (tmp_path / "results.json").write_text(json.dumps(kept))
    with pytest.raises(InputError, match=expected):
        run_study(config, glyphs, MACHINE, Workspace.of(config.name, tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["results.json"]


def test_two_unfinished_studies_do_not_share_a_folder(
    config: StudyConfig, glyphs: Collection, tmp_path: Path
) -> None:
    kept = tmp_path / "unfinished-other" / "trial-0.safetensors"
    kept.parent.mkdir()
    kept.write_bytes(b"of the other")
    with pytest.raises(InputError, match=r"holds the unfinished study other; choose another"):
        run_study(config, glyphs, MACHINE, Workspace.of(config.name, tmp_path))
    assert [path.name for path in tmp_path.rglob("*")] == ["unfinished-other", kept.name]


@pytest.mark.parametrize("ended", [False, True], ids=["begun", "ended"])
def test_a_study_that_another_came_before_leaves_it_alone(
    ended: bool,
    config: StudyConfig,
    results: dict[str, Any],
    glyphs: Collection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It began here after this one had looked, and before this one had begun."""
    mine = Workspace.of("mine", tmp_path)

    def opened(*given: Any, **named: Any) -> WaitingStorage:  # noqa: ANN401
        if ended:
            mine.results.write_text(json.dumps(results))
        else:
            Workspace.of(config.name, tmp_path).unfinished.mkdir()
        return open_storage(*given, **named)

    monkeypatch.setattr(hpo.run.run, "open_storage", opened)
    message = f"holds the {'results of' if ended else 'unfinished'} study {config.name}"
    with pytest.raises(InputError, match=message):
        run_study(config.model_copy(update={"name": "mine"}), glyphs, MACHINE, mine)
    assert not mine.unfinished.exists()
    assert mine.results.exists() == ended


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": "other"}, "holds the results of study glyphs"),
        ({"seed": 7}, "holds the results of study glyphs as it was defined before"),
    ],
)
@pytest.mark.usefixtures("results")
def test_results_of_another_study_are_left_alone(
    change: dict[str, Any],
    message: str,
    config: StudyConfig,
    glyphs: Collection,
    output: Path,
) -> None:
    before = {path: path.read_bytes() for path in output.rglob("*") if path.is_file()}
    other = config.model_copy(update=change)
    with pytest.raises(InputError, match=message):
        run_study(other, glyphs, MACHINE, Workspace.of(other.name, output))
    assert {path: path.read_bytes() for path in output.rglob("*") if path.is_file()} == before
