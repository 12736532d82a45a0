"""A study begins with the best configurations of an older one, in its budget, once."""

import os
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import optuna
import pytest
from killed_adding import killed_at_the_second
from optuna.trial import TrialState
from short_search import config_with, objective_in, opened

from data.errors import InputError
from data.splits import SearchData
from hpo.console.progress import Progress
from hpo.database.waiting_storage import disconnect
from hpo.search.enqueue import start_with
from hpo.search.loop import search
from hpo.search.warm_start import FIRST, check_warm_start, warm_start
from hpo.storage.workspace import Workspace
from hpo.study.definition import StudyConfig
from hpo.study.samplers import make_sampler
from hpo.study.space import sample
from hpo.study.transfer import nearest

CONVOLUTIONS = [{"filters": 8, "kernel": 5, "pool": True}, {"filters": 8, "kernel": 3}]


def older_study(folder: Path, values: list[float]) -> optuna.Study:
    """The study "older", as if its trials had had these values."""
    config = config_with(name="older")
    study = opened(config, folder / "older")
    for number, value in enumerate(values):
        study.sampler = make_sampler(config, number)
        trial = study.ask()
        trial.set_user_attr("seed", number)
        short = sample(trial, config, seed=number).network.shortfall()
        trial.set_constraint("shortfall", short)
        study.tell(trial, 0.0 if short else value)
    return study


def fixed(study: optuna.Study) -> list[dict[str, Any]]:
    return [trial.system_attrs["fixed_params"] for trial in study.trials]


def test_the_best_come_first_and_are_counted(tmp_path: Path, data: SearchData) -> None:
    older = older_study(tmp_path, [0.1 * number for number in range(8)])
    best = sorted(older.trials, key=lambda trial: -trial.values[0])
    config = config_with(name="newer", warm_start="older", trials=3)
    study = opened(config, tmp_path / "newer")
    warm_start(study, config, Workspace.of("newer", tmp_path / "newer"))
    search(study, objective_in(tmp_path / "newer", config, data, Progress("test", 3)))
    assert [trial.params for trial in study.trials] == [trial.params for trial in best[:3]]
    assert [trial.user_attrs["warm_start"] for trial in study.trials] == [
        f"older {trial.number}" for trial in best[:3]
    ]
    assert all(t.state in (TrialState.COMPLETE, TrialState.PRUNED) for t in study.trials)


@pytest.mark.parametrize("earlier_version", [False, True])
def test_what_is_named_later_has_no_effect(
    earlier_version: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    older_study(tmp_path, [0.1 * number for number in range(8)])
    config = config_with(name="newer", trials=3)
    study, workspace = opened(config, tmp_path / "newer"), Workspace.of("newer", tmp_path / "newer")
    if earlier_version:
        study.ask()
    else:
        warm_start(study, config, workspace)
        assert start_with(study, config) == []
    assert capsys.readouterr().err == ""
    later = config_with(name="newer", warm_start="older", trials=3, start_with=("mine.toml",))
    for _ in range(2):
        warm_start(study, later, workspace)
        assert start_with(study, later) == []
        assert capsys.readouterr().err == (
            "newer: was begun without warm_start older, which has no effect now\n"
            "newer: was begun without start_with mine.toml, which has no effect now\n"
        )
    assert len(study.trials) == earlier_version


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs Linux's /proc")
@pytest.mark.parametrize("values", [[0.5], []])
def test_the_older_studys_database_is_closed(values: list[float], tmp_path: Path) -> None:
    disconnect(older_study(tmp_path, values))
    workspace = Workspace.of("newer", tmp_path / "newer")
    config = config_with(name="newer", warm_start="older", trials=3)
    with nullcontext() if values else pytest.raises(InputError):
        check_warm_start(config, None, workspace)
    files = (os.path.realpath(file) for file in Path("/proc/self/fd").iterdir())
    assert not [file for file in files if file.startswith(str(tmp_path / "older"))]


def test_it_happens_once_also_after_a_kill(tmp_path: Path) -> None:
    older_study(tmp_path, [0.1 * number for number in range(12)])
    config = config_with(name="newer", warm_start="older", trials=20)
    study = opened(config, tmp_path / "newer")
    warm_start(study, config, Workspace.of("newer", tmp_path / "newer"))
    once = fixed(study)
    assert len(once) == FIRST
    warm_start(study, config, Workspace.of("newer", tmp_path / "newer"))
    assert fixed(study) == once
    killed = opened(config, tmp_path / "killed")
    with killed_at_the_second(killed):
        warm_start(killed, config, Workspace.of("killed", tmp_path / "killed"))
    warm_start(killed, config, Workspace.of("killed", tmp_path / "killed"))
    assert fixed(killed) == once


def test_a_study_that_is_not_there_or_has_nothing(tmp_path: Path) -> None:
    config = config_with(name="newer", warm_start="older")
    study = opened(config, tmp_path / "newer")
    with pytest.raises(InputError, match="warm_start: study older is not in this study's storage"):
        warm_start(study, config, Workspace.of("newer", tmp_path / "newer"))
    older_study(tmp_path, [])
    with pytest.raises(InputError, match="warm_start: study older has no complete trial yet"):
        warm_start(study, config, Workspace.of("newer", tmp_path / "newer"))
    assert study.trials == []


def configured(network: dict[str, Any], train: dict[str, Any]) -> StudyConfig:
    base = config_with()
    return config_with(
        network=base.network | {"convolutions": CONVOLUTIONS} | network,
        train=base.train | {"optimiser": "adam", "layers": {"learning_rate": 0.01}} | train,
    )


def test_another_space_takes_the_nearest_values(tmp_path: Path) -> None:
    run = sample(
        optuna.trial.FixedTrial({"units": 96, "distortion.affine": 0.8}),
        configured({}, {}),
        seed=0,
    )
    other = configured(
        {"units": {"low": 40, "high": 200, "step": 40}, "batch_norm": {"choices": [True]}},
        {
            "optimiser": {"choices": ["sgd", "adam"]},
            "layers": {"learning_rate": {"low": 0.02, "high": 0.5, "log": True}},
            "temperature": {"low": 0.5, "high": 2.0},
            "distortion": {"affine": {"low": 0.0, "high": 0.5}},
        },
    )
    assert nearest(other, run) == {
        "units": 80,  # between two steps
        "optimiser": "adam",
        "temperature": 1.0,  # fixed in the older study
        "distortion.affine": 0.5,  # too large
        **{f"{layer}.learning_rate": 0.02 for layer in ("conv1", "conv2", "embedding", "output")},
        # Not batch_norm: false is not among its choices.
    }
