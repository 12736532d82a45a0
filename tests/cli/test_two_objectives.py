"""A study of two objectives, by the commands: what it found is its Pareto front."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from test_export_and_status import done
from tiny_study import tiny_study

from hpo.database.opening import open_storage
from hpo.storage.studies import stored_study
from hpo.study.objectives import amount
from hpo.trials.ranking import best_trials, pareto_front

Refused = Callable[..., str]
TRIALS = 6


def write_two(cost: str = "parameters", **changes: str) -> str:
    """The study "tiny" with a second objective, and its file."""
    text = (
        tiny_study(trials=TRIALS).replace("finalists = 1", "finalists = 2")
        + f'[sampler]\nname = "{changes.get("sampler", "random")}"\n'
    )
    text = text.replace('sampler = { name = "random" }\n', f'second_objective = "{cost}"\n')
    Path("tiny.toml").write_text(text + changes.get("more", ""))
    return "tiny.toml"


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_what_a_study_found_is_its_front(
    database: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "sqlite:///runs/tiny/study.db"
    if database == "postgres":
        url = request.getfixturevalue("postgres")
        monkeypatch.setenv("HPO_STORAGE", url)
    workers = "2" if database == "postgres" else "1"
    summary = done("run", write_two(), "--workers", workers)
    study, config = stored_study("tiny", open_storage(url, create=False))
    front = pareto_front(study, config, "parameters")
    assert front
    best = front[-1]
    results = json.loads(Path("runs/tiny/results.json").read_text())
    found = [
        {"number": trial.number, "value": trial.values[0], "cost": trial.values[1]}
        for trial in front
    ]
    assert results["front"] == {"cost": "parameters", "trials": found}
    assert results["best"]["number"] == best.number
    chosen = [finalist["number"] for finalist in results["finalists"]]
    assert chosen == [trial.number for trial in best_trials(study, config, 2)]
    assert "the search's Pareto front" in summary

    status = done("status", "tiny")
    assert "--pareto parameters --output tiny-front" in status
    for trial in front:
        spent = amount("parameters", trial.values[1])
        assert f"trial {trial.number}: " in status
        assert f", {spent} parameters" in status
        assert spent in summary
    told = json.loads(done("status", "tiny", "--json"))
    assert told["front"] == results["front"]

    done("export", "tiny", "--pareto", "parameters", "--output", "front")
    names = [f"rank-{i:02d}-trial-{t.number}.toml" for i, t in enumerate(front, start=1)]
    assert sorted(path.name for path in Path("front").iterdir()) == names
    table = done("export", "tiny", "--pareto", "parameters", "--format", "csv")
    Path("front.csv").write_text(table)
    assert list(pd.read_csv("front.csv")["number"]) == [trial.number for trial in front]
    done("enqueue", "tiny", f"front/{names[0]}")
    assert 'second_objective = "parameters"' in done("narrow", "tiny", "--top", "2")

    page = Path(done("report", "tiny").strip()).read_text()
    assert 'id="pareto-front"' in page
    assert f"--trial {best.number} --output trial-{best.number}.toml" in page
    assert "by how few parameters its network has" in page


def test_seconds_beside_another_study() -> None:
    done("run", write_two("seconds", sampler="nsga2", more="startup_trials = 2\n"))
    Path("one.toml").write_text(tiny_study().replace('"tiny"', '"one"'))
    done("run", "one.toml")
    shown = " ".join(done("compare", "tiny", "one").split())
    assert "Pareto front" in shown
    (line,) = [line for line in done("status", "tiny").splitlines() if line.startswith("Pareto")]
    assert "seconds of training" in line
    assert "Pareto" not in done("status", "one")


def test_what_does_not_go_together_is_refused(refused: Refused) -> None:
    line = refused("run", write_two(more='[pruner]\nname = "median"\n'))
    assert line == (
        "error: tiny.toml: pruner.name: should be 'none', not 'median': pruners compare trials by"
        " accuracy alone, and there is a second_objective"
    )
    assert "sampler.name: should be 'tpe', 'gp', 'nsga2' or 'random', not 'additive'" in refused(
        "run", write_two(sampler="additive")
    )
