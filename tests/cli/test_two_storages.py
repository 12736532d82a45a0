"""One definition run in two databases: no command takes the results of one for the other's."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hpo.dashboard.server import _write_note
from hpo.database.note_store import read_note
from hpo.database.opening import open_storage
from hpo.storage.studies import stored_study
from hpo.storage.workspace import Workspace
from run_study import app

FIRST, SECOND = "sqlite:///first.db", "sqlite:///second.db"


def done(*words: str) -> tuple[str, str]:
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, (result.output, result.exception)
    return result.stdout, result.stderr


def test_each_command_says_so(
    write_study: Callable[..., str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("hpo.report.write.draw_pictures", lambda *_: None)  # they say none of it
    study = write_study(trials=1, epochs=1)
    done("run", study, "--storage", FIRST, "--output", "here")
    done("run", study, "--storage", SECOND, "--output", "there")
    said = (
        "here/results.json is left out: it holds the results of a run in sqlite:///first.db, and"
        " the trials are those in sqlite:///second.db\n"
    )
    asked = ("tiny", "--storage", SECOND, "--output", "here")

    out, err = done("status", *asked)
    assert said in out
    assert "Winner" not in out
    assert out.startswith("Study tiny on glyphs: the search is done\n")
    now = json.loads(done("status", *asked, "--json")[0])
    assert (now["winner"], now["left_out"] + "\n") == (None, said)

    out, err = done("report", *asked)
    assert said in err
    page = Path(out.strip()).read_text()
    assert f'<p class="notice">{said.rstrip()}.' in page
    assert "Trial 0 won" not in page
    assert "Unfinished" not in page

    storage = open_storage(SECOND, create=False)
    optuna_study, config = stored_study("tiny", storage)
    capsys.readouterr()
    _write_note(optuna_study, config, Workspace.of("tiny", Path("here"), SECOND))
    assert capsys.readouterr().err == said
    assert "Winner" not in read_note(optuna_study).text

    own = ("tiny", "--storage", SECOND, "--output", "there")
    assert "Winner of the retrained: trial 0" in done("status", *own)[0]
    assert "left out" not in "".join(done("report", *own))
