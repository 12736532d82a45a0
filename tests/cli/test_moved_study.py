"""A finished study whose folder was moved, or whose machine has another name now."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from run_study import app

SHARED = "sqlite:///shared.db"


def done(*words: str) -> tuple[str, str]:
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, (result.output, result.exception)
    return result.stdout, result.stderr


def budget(folder: str) -> int:
    trials: int = json.loads(Path(folder, "results.json").read_text())["budget"]["trials"]
    return trials


def nothing_is_trained(folder: str) -> str:
    return (
        f"{folder} is finished and tested after 2 trials: nothing is trained; remove its"
        " results.json to search further and test anew\n"
    )


@pytest.fixture
def renamed(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    return lambda: monkeypatch.setattr(socket, "gethostname", lambda: "another-name")


@pytest.fixture(params=["relative", "absolute"])
def first(request: pytest.FixtureRequest) -> str:
    return "first" if request.param == "relative" else str(Path("first").absolute())


@pytest.mark.parametrize("storage", [None, SHARED])
@pytest.mark.parametrize("moves", [True, False])
def test_it_is_searched_further(
    storage: str | None,
    moves: bool,
    write_study: Callable[..., str],
    renamed: Callable[[], None],
) -> None:
    named = ("--storage", storage) if storage else ()
    words = ("run", write_study(trials=2), *named)
    done(*words, "--output", folder := "first")
    if moves:
        folder = "second"
        Path("first").rename(folder)
    else:
        renamed()
    _, err = done(*words, "--output", folder, "--trials", "4")
    assert err == nothing_is_trained(folder)
    Path(folder, "results.json").unlink()
    _, err = done(*words, "--output", folder, "--trials", "4")
    assert "nothing is trained" not in err
    assert budget(folder) == 4


def test_other_folders_are_given_the_results_first(write_study: Callable[..., str]) -> None:
    """Where the results are missing because the folder is another, nobody has removed them."""
    words = ("run", write_study(trials=2), "--storage", SHARED, "--output")
    done(*words, "first")
    Path("first").rename("second")
    for folder in ("first", "third"):
        _, err = done(*words, folder, "--trials", "4")
        assert err.startswith(nothing_is_trained(folder))
        assert budget(folder) == 2
    Path("third/results.json").unlink()
    done(*words, "third", "--trials", "4")
    assert budget("third") == 4


def test_a_search_that_went_on_leaves_nothing_that_counts_as_removed(
    write_study: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another machine may have finished it, whose results were never written to this folder."""
    words = ("run", write_study(trials=2), "--storage", SHARED, "--output")
    done(*words, "first")
    Path("first/results.json").unlink()

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("hpo.run.run.search_here", interrupted)
        assert CliRunner().invoke(app, [*words, "first", "--trials", "4"]).exit_code == 130
    done(*words, "second", "--trials", "4")
    _, err = done(*words, "first", "--trials", "6")
    assert "nothing is trained" in err
    assert budget("first") == 4


def test_commands_know_its_results(
    first: str, write_study: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hpo.report.write.draw_pictures", lambda *_: None)
    study = write_study(trials=2)
    done("run", study, "--output", first)
    Path(first).rename("second")
    own = ("--output", "second", "--storage", "sqlite:///second/study.db")
    assert done("run", study, "--output", "second")[1] == ""
    assert "Winner of the retrained: trial" in done("status", "tiny", *own)[0]
    assert "left out" not in "".join(done("report", "tiny", *own))
    Path("own.toml").write_bytes(Path("second/best.toml").read_bytes())
    asked = ("enqueue", "tiny", "own.toml", "--storage", "sqlite:///second/study.db")
    until = f"this waits until {Path('second/results.json').absolute()} is removed and `run` allows"
    assert until in done(*asked)[0]
    Path("second/results.json").unlink()
    assert done(*asked)[0].endswith(
        "study tiny: all 2 trials are done: this waits until `run` allows more\n"
    )


def test_what_is_enqueued_waits_for_results_that_are_nowhere_to_be_seen(
    write_study: Callable[..., str],
) -> None:
    done("run", write_study(trials=2), "--output", "first", "--storage", SHARED)
    Path("first").rename("second")
    out, _ = done("enqueue", "tiny", "second/best.toml", "--storage", SHARED)
    assert (
        "is tested; all 2 trials are done: this waits until the results.json of the folder" in out
    )


def test_a_copy_keeps_its_results(write_study: Callable[..., str]) -> None:
    done("run", write_study(trials=2), "--output", "first")
    Path("copy").mkdir()
    for file in Path("first").iterdir():
        if file.is_file():
            Path("copy", file.name).write_bytes(file.read_bytes())
    out, _ = done("status", "tiny", "--output", "copy", "--storage", "sqlite:///copy/study.db")
    assert "Winner of the retrained: trial" in out
    assert "left out" not in out
