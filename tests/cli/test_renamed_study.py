"""A study that was renamed in the dashboard, which copies it and deletes the old one."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from optuna_dashboard import wsgi
from typer.testing import CliRunner

from hpo.database.opening import open_storage
from hpo.storage.studies import stored_study
from hpo.storage.workspace import default_url
from hpo.trials.budget import counts
from run_study import app

NEW = "renamed"


def rename(url: str) -> None:
    """As the dashboard's own page does it."""
    body = json.dumps({"study_name": NEW}).encode()
    said: list[str] = []
    environment = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/api/studies/1/rename",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
    }
    dashboard = wsgi(open_storage(url, create=False))
    list(dashboard(environment, lambda status, headers, *rest: said.append(status)))  # type: ignore[arg-type]
    assert said == ["201 Created"]


@pytest.mark.usefixtures("begun")
def test_it_goes_by_its_new_name_and_can_be_joined() -> None:
    url = default_url(Path("runs/tiny").absolute())
    assert CliRunner().invoke(app, ["join", "tiny", "--storage", url]).exit_code == 2  # no stores
    rename(url)
    old = CliRunner().invoke(app, ["status", "tiny", "--storage", url])
    assert old.exit_code == 2
    assert f"it has {NEW}" in old.stderr
    now = CliRunner().invoke(app, ["status", NEW, "--storage", url, "--json"])
    assert now.exit_code == 0, now.output
    assert json.loads(now.stdout)["study"] == NEW
    study, config = stored_study(NEW, open_storage(url, create=False))
    study.set_user_attr("artifact_store", str(Path("shared").absolute()))
    Path("shared").mkdir()
    joined = CliRunner().invoke(app, ["join", NEW, "--storage", url, "--output", "out"])
    assert joined.exit_code == 0, joined.output
    assert counts(study.get_trials()).done == config.trials
