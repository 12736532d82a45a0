"""The best configuration and the table of trials, from studies in real databases."""

import io
from datetime import UTC, datetime
from pathlib import Path

import optuna
import pandas as pd
import pytest
from optuna.trial import TrialState

from data.errors import InputError
from hpo.export import best_trials, export, trials_csv
from hpo.files import write_text
from hpo.samplers import make_sampler
from hpo.space import sample
from hpo.status import status, status_lines
from hpo.storage import default_url, open_storage
from hpo.stored_study import open_study
from hpo.study import StudyConfig
from hpo.study_file import load_study
from model.config import RunConfig
from model.config_file import read_config

VALUES = [0.3, 0.7, None, 0.0, 0.7]
"""Of five trials: the third is pruned, the fourth infeasible."""


@pytest.fixture(scope="module")
def config() -> StudyConfig:
    return load_study("glyphs")


@pytest.fixture(scope="module")
def configs() -> list[RunConfig]:
    return []


@pytest.fixture(scope="module")
def study(
    config: StudyConfig, configs: list[RunConfig], tmp_path_factory: pytest.TempPathFactory
) -> optuna.Study:
    """Five finished trials, and one under way."""
    study = new_study(config, tmp_path_factory.mktemp("study"))
    for number, value in enumerate(VALUES):
        study.sampler = make_sampler(config, number)
        trial = study.ask()
        configs.append(sample(trial, config, seed=100 + number))
        trial.set_user_attr("seed", 100 + number)
        trial.set_user_attr("versions", {"torch": "2.11"})
        trial.set_user_attr("worker", "host:1:2")
        trial.set_constraint("shortfall", 2 if value == 0.0 else -1)
        trial.report(0.25, 1)
        if value is None:
            study.tell(trial, state=TrialState.PRUNED)
        else:
            study.tell(trial, value)
    running = study.ask()
    for key, kept in {
        "worker": "here:7:1",
        "heartbeat": datetime.now(UTC).isoformat(),
        "pictures_per_second": 1234.5,
        "deaths": {"count": 1, "epochs": 0},
    }.items():
        running.set_user_attr(key, kept)
    running.report(0.4, 1)
    running.report(0.6, 2)
    return study


def new_study(config: StudyConfig, folder: Path) -> optuna.Study:
    return open_study(config, open_storage(default_url(folder), create=True))


@pytest.mark.parametrize("form", ["toml", "json"])
def test_the_exported_configuration_is_the_best_trials_with_its_seed(
    form: str, study: optuna.Study, config: StudyConfig, configs: list[RunConfig], tmp_path: Path
) -> None:
    path = tmp_path / f"best.{form}"
    path.write_text(export(study, config, form))
    assert read_config(path) == configs[1]
    assert configs[1].train.seed == 101


def test_the_best_are_feasible_complete_and_the_earlier_of_equals_first(
    study: optuna.Study,
) -> None:
    assert [trial.number for trial in best_trials(study, 2)] == [1, 4]
    assert [trial.number for trial in best_trials(study, 9)] == [1, 4, 0]


def test_the_table_has_every_trial(study: optuna.Study, config: StudyConfig) -> None:
    table = pd.read_csv(io.StringIO(export(study, config, "csv")))
    assert list(table["state"]) == [
        "complete",
        "complete",
        "pruned",
        "infeasible",
        "complete",
        "running",
    ]
    assert list(table["number"]) == list(range(6))
    assert list(table["value"][[0, 1, 3, 4]]) == [0.3, 0.7, 0.0, 0.7]
    assert list(table["epochs"]) == [1, 1, 1, 1, 1, 2]
    best = study.trials[1].params
    for name, value in best.items():
        assert table[name][1] == (pytest.approx(value) if isinstance(value, float) else value)
    assert not {"versions", "worker", "error", "heartbeat"} & set(table.columns)
    assert trials_csv(study) == export(study, config, "csv")


@pytest.mark.parametrize("form", ["toml", "json", "csv"])
def test_nothing_to_export_before_a_trial_is_complete(
    form: str, config: StudyConfig, tmp_path: Path
) -> None:
    study = new_study(config, tmp_path)
    trial = study.ask()
    trial.set_constraint("shortfall", 4)
    study.tell(trial, 0.0)
    with pytest.raises(InputError, match="study glyphs: no trial is complete yet"):
        export(study, config, form)


def test_status_counts_and_shows_what_is_under_way(
    study: optuna.Study, config: StudyConfig
) -> None:
    now = status(study, config)
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
    lines = status_lines(now)
    assert any(line.startswith("Budget: 4 of 8 trials, about 0 s left") for line in lines)
    assert "Best: trial 1, 70.0%" in lines
    shown = "Worker here:7: trial 5, 2 epochs done, best 60.0%, 1,234 pictures/s, last heard of "
    assert any(line.startswith(shown) for line in lines)


def test_status_before_the_first_trial(config: StudyConfig, tmp_path: Path) -> None:
    now = status(new_study(config, tmp_path), config)
    assert now["best"] is None
    assert "Best: none complete yet" in status_lines(now)


def test_text_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here")
    with pytest.raises(InputError, match=r"best\.toml: cannot be written: "):
        write_text(tmp_path / "file" / "best.toml", "text")
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError, match="folder: cannot be written: is a directory"):
        write_text(tmp_path / "folder", "text")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]
