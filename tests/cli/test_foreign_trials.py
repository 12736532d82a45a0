"""A study to which another program has added trials: every command goes on, and says so."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from foreign_trials import add_foreign_trials
from typer.testing import CliRunner

from hpo.database.opening import open_storage
from hpo.storage.studies import stored_study
from hpo.storage.workspace import default_url
from run_study import app

OWN = 2


def done(*words: str) -> tuple[str, str]:
    """What a command that succeeds prints, on stdout and on stderr."""
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, (result.output, result.exception)
    return result.stdout, result.stderr


@pytest.mark.usefixtures("begun")
def test_they_are_passed_over_in_one_line(refused: Callable[..., str]) -> None:
    url = default_url(Path("runs/tiny"))
    study, _ = stored_study("tiny", open_storage(url, create=False))
    foreign = add_foreign_trials(study)
    named = f"as another program added them: trials {', '.join(map(str, foreign))}"
    error = refused("export", "tiny")
    nothing = "study tiny: no trial is complete yet, nothing to export"
    assert error == f"error: {nothing}; passed over, {named}"

    # Their values count in the budget.
    _, said = done("run", "tiny.toml", "--trials", str(len(foreign) + OWN))
    assert said.count(f"tiny: passed over, {named}\n") == 1
    results = json.loads(Path("runs/tiny/results.json").read_text())
    own = {trial.number for trial in study.trials if "device" in trial.user_attrs}
    assert len(own) == OWN
    assert {finalist["number"] for finalist in results["finalists"]} <= own

    out, _ = done("status", "tiny")
    assert out.count(f"Passed over, {named}\n") == 1
    now = json.loads(done("status", "tiny", "--json")[0])
    assert now["passed_over"] == foreign
    assert now["best"]["number"] in own

    _, said = done("export", "tiny", "--output", "best.toml")
    assert said.startswith(f"study tiny: passed over, {named}\n")
    for number, lack in ((0, "has no seed"), (3, "has no conv1.filters"), (4, "has no seed")):
        error = refused("export", "tiny", "--trial", str(number))
        assert error == (
            f"error: trial {number}: {lack}, so it was not made by a worker of this study"
        )
    for form in ("csv", "parquet"):
        done("export", "tiny", "--format", form, "--output", f"trials.{form}")
    for table in (pd.read_csv("trials.csv"), pd.read_parquet("trials.parquet")):
        assert list(table["number"]) == list(range(len(study.trials)))
        assert list(table["state"][:3]) == ["complete"] * 3
        assert list(table["value"][:2]) == [0.9, 1e9]

    out, said = done("report", "tiny")
    assert said in ("", "PNG files are left out: no Chrome or Chromium was found on this machine\n")
    page = Path(out.strip()).read_text()
    assert f"<p>Passed over, {named}.</p>" in page
    assert "slice-x" not in page
    note = "".join(
        str(text)
        for key, text in study._storage.get_study_system_attrs(study._study_id).items()
        if "note_str" in key
    )
    assert f"Passed over, {named}." in note
