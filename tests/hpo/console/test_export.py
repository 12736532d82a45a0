"""The best configuration and the table of trials, from studies in real databases."""

import io
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Literal

import optuna
import pandas as pd
import pytest
from optuna.trial import TrialState

from data.errors import InputError
from hpo.console.export import Selection, export_configs, export_table
from hpo.database.opening import open_storage
from hpo.runtime.files import write_text
from hpo.storage.studies import open_study, stored_config
from hpo.storage.workspace import default_url
from hpo.study.definition import StudyConfig
from hpo.study.file import load_study
from hpo.study.samplers import make_sampler
from hpo.study.space import sample
from hpo.trials.ranking import best_trials, pareto_front
from hpo.trials.table import trials_csv
from model.config import RunConfig
from model.config_file import Form, read_config, read_config_and_dataset

VALUES = [0.3, 0.7, None, 0.0, 0.7, 0.5]
"""Of six trials: the third is pruned, the fourth infeasible."""
PARAMETERS = [100, 300, 200, 100, 300, 200]
Export = Callable[[Selection, Form, Path | None], None]


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
    """Six finished trials, one that failed, and one under way."""
    study = new_study(config, tmp_path_factory.mktemp("study"))
    for number, value in enumerate(VALUES):
        study.sampler = make_sampler(config, number)
        trial = study.ask()
        configs.append(sample(trial, config, seed=100 + number))
        trial.set_user_attr("seed", 100 + number)
        trial.set_user_attr("versions", {"torch": "2.11"})
        trial.set_user_attr("worker", "host:1:2")
        trial.set_user_attr("parameters", PARAMETERS[number])
        trial.set_user_attr("seconds", float(number))
        trial.set_constraint("shortfall", 2 if value == 0.0 else -1)
        trial.report(0.25, 1)
        if value is None:
            study.tell(trial, state=TrialState.PRUNED)
        else:
            study.tell(trial, value)
    study.tell(study.ask(), state=TrialState.FAIL)
    study.ask().report(0.4, 1)
    return study


@pytest.fixture(scope="module")
def export(study: optuna.Study, config: StudyConfig) -> Export:
    """`export_configs` of the study."""
    return partial(export_configs, study, config)


def new_study(config: StudyConfig, folder: Path) -> optuna.Study:
    return open_study(config, open_storage(default_url(folder), create=True))


@pytest.mark.parametrize("form", ["toml", "json", "yaml"])
def test_the_exported_configuration_is_the_best_trials_with_its_seed(
    form: Form,
    export: Export,
    configs: list[RunConfig],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / f"best.{form}"
    export(Selection(), form, path)
    assert capsys.readouterr() == ("", f"{path}: the configuration of trial 1\n")
    assert read_config(path) == configs[1]
    assert read_config_and_dataset(path)[1] == "glyphs"
    assert configs[1].train.seed == 101


@pytest.mark.parametrize("number", [0, 2, 5])
def test_any_trial_with_a_result_can_be_exported(
    number: int,
    export: Export,
    configs: list[RunConfig],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    export(Selection(number=number), "yaml", None)
    printed = capsys.readouterr()
    assert printed.err == ""
    (tmp_path / "trial.yaml").write_text(printed.out)
    assert read_config(tmp_path / "trial.yaml") == configs[number]


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (3, "trial 3 is infeasible: its network cannot exist; a complete or a pruned one can be"),
        (6, "trial 6 failed; a complete or a pruned one can be exported"),
        (7, "trial 7 is running; a complete or a pruned one can be exported"),
        (8, "has no trial 8; there are 0 to 7"),
        (-1, "has no trial -1; there are 0 to 7"),
    ],
)
def test_a_trial_without_a_result_cannot_be_exported(
    number: int, said: str, export: Export, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=f"study glyphs: {said}"):
        export(Selection(number=number), "toml", tmp_path / "a.toml")
    assert not list(tmp_path.iterdir())


def test_the_best_few_are_files_by_rank(
    export: Export,
    configs: list[RunConfig],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path / "top"
    for _ in range(2):  # the same again is no mistake
        export(Selection(top=3), "toml", folder)
    names = ["rank-01-trial-1.toml", "rank-02-trial-4.toml", "rank-03-trial-5.toml"]
    assert sorted(path.name for path in folder.iterdir()) == names
    assert [read_config(folder / name) for name in names] == [configs[i] for i in (1, 4, 5)]
    with pytest.raises(InputError, match=r"holds rank-02-trial-4\.toml of another export"):
        export(Selection(top=1), "toml", folder)
    with pytest.raises(
        InputError, match="--top, --pareto: several configurations need --output FOLDER"
    ):
        export(Selection(top=1), "toml", None)
    assert capsys.readouterr().err == f"{folder}: {names[0]} to {names[-1]}\n" * 2
    export(Selection(top=9), "toml", tmp_path / "all")
    assert len(list((tmp_path / "all").iterdir())) == 4
    assert capsys.readouterr().err == (
        "study glyphs: --top 9: only 4 trials are complete, these are exported\n"
        f"{tmp_path / 'all'}: rank-01-trial-1.toml to rank-04-trial-0.toml\n"
    )


def test_from_a_hundred_on_the_names_are_in_the_order_of_the_ranks(
    export: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So `start_with` tries the best of the folder first."""
    some = Selection.of
    monkeypatch.setattr(Selection, "of", lambda *words: some(*words) * 30)
    export(Selection(top=4), "toml", tmp_path / "top")
    names = sorted(path.name for path in (tmp_path / "top").iterdir())
    assert [int(name.split("-")[1]) for name in names] == list(range(1, 121))


def test_the_front_has_what_no_cheaper_trial_reaches(
    study: optuna.Study,
    config: StudyConfig,
    export: Export,
    configs: list[RunConfig],
    tmp_path: Path,
) -> None:
    assert [trial.number for trial in pareto_front(study, config, "parameters")] == [0, 5, 1]
    assert [trial.number for trial in pareto_front(study, config, "seconds")] == [0, 1]
    export(Selection(pareto="parameters"), "json", tmp_path / "front")
    assert read_config(tmp_path / "front" / "rank-02-trial-5.json") == configs[5]
    export_table(study, config, Selection(pareto="seconds"), "csv", tmp_path / "front.csv")
    table = pd.read_csv(tmp_path / "front.csv")
    assert list(table["number"]) == [0, 1]
    assert table["value"].is_monotonic_increasing
    assert table["seconds"].is_monotonic_increasing


def test_output_may_be_a_pipe_or_a_link(
    study: optuna.Study, config: StudyConfig, export: Export, tmp_path: Path
) -> None:
    export(Selection(number=1), "toml", tmp_path / "trial.toml")
    (tmp_path / "link").symlink_to("linked.toml")
    export(Selection(number=1), "toml", tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDWR | os.O_NONBLOCK)
    export(Selection(number=1), "toml", tmp_path / "pipe")
    expected = (tmp_path / "trial.toml").read_bytes()
    assert (tmp_path / "linked.toml").read_bytes() == expected
    assert os.read(reader, 1 << 16) == expected
    export_table(study, config, Selection(), "csv", tmp_path / "pipe")
    assert os.read(reader, 1 << 16).decode() == trials_csv(study)
    os.close(reader)


def test_only_one_selection() -> None:
    with pytest.raises(InputError, match="--trial, --top, --pareto: only one of them"):
        Selection(number=1, top=2)


def test_the_best_are_feasible_complete_and_the_earlier_of_equals_first(
    study: optuna.Study, config: StudyConfig
) -> None:
    assert [trial.number for trial in best_trials(study, config, 2)] == [1, 4]
    assert [trial.number for trial in best_trials(study, config)] == [1, 4, 5, 0]


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_the_table_has_every_trial(
    form: Literal["csv", "parquet"],
    study: optuna.Study,
    config: StudyConfig,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / f"trials.{form}"
    export_table(study, config, Selection(), form, path)
    assert capsys.readouterr() == ("", f"{path}: a table of 8 trials\n")
    table = pd.read_csv(path) if form == "csv" else pd.read_parquet(path)
    ended = ["complete", "complete", "pruned", "infeasible", "complete", "complete"]
    assert list(table["state"]) == [*ended, "failed", "running"]
    assert list(table["number"]) == list(range(8))
    assert list(table["value"][[0, 1, 3, 4]]) == [0.3, 0.7, 0.0, 0.7]
    assert list(table["epochs"]) == [1, 1, 1, 1, 1, 1, 0, 1]
    best = study.trials[1].params
    for name, value in best.items():
        assert table[name][1] == (pytest.approx(value) if isinstance(value, float) else value)
    assert not {"versions", "worker", "error", "heartbeat"} & set(table.columns)
    if form == "csv":
        assert path.read_text() == trials_csv(study)


def test_epochs_that_are_searched_stand_beside_those_trained(
    config: StudyConfig, tmp_path: Path
) -> None:
    train = config.train | {"epochs": {"low": 5, "high": 9}}
    study = new_study(config.model_copy(update={"train": train}), tmp_path / "study")
    study.enqueue_trial({"epochs": 7})
    trial = study.ask()
    sample(trial, stored_config(study), seed=0)
    trial.report(0.25, 1)
    trial.report(0.5, 2)
    study.tell(trial, 0.5)
    for form in ("csv", "parquet"):
        export_table(study, stored_config(study), Selection(), form, tmp_path / form)
    for table in (pd.read_csv(tmp_path / "csv"), pd.read_parquet(tmp_path / "parquet")):
        assert (table["epochs"][0], table["train.epochs"][0]) == (2, 7)
        assert set(study.trials[0].params) < set(table.columns)


def test_a_table_of_the_best_few(
    study: optuna.Study, config: StudyConfig, capsys: pytest.CaptureFixture[str]
) -> None:
    export_table(study, config, Selection(top=2), "csv", None)
    assert list(pd.read_csv(io.StringIO(capsys.readouterr().out))["number"]) == [1, 4]
    with pytest.raises(InputError, match="--format parquet: needs --output FILE"):
        export_table(study, config, Selection(), "parquet", None)


def test_nothing_to_export_before_a_trial_is_complete(config: StudyConfig, tmp_path: Path) -> None:
    study = new_study(config, tmp_path / "study")
    trial = study.ask()
    trial.set_constraint("shortfall", 4)
    study.tell(trial, 0.0)
    for selection in (Selection(), Selection(top=2), Selection(pareto="seconds")):
        with pytest.raises(InputError, match="study glyphs: no trial is complete yet"):
            export_configs(study, config, selection, "toml", tmp_path / "out")
        with pytest.raises(InputError, match="study glyphs: no trial is complete yet"):
            export_table(study, config, selection, "csv", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_text_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here")
    with pytest.raises(InputError, match=r"best\.toml: cannot be written: "):
        write_text(tmp_path / "file" / "best.toml", "text")
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError, match="folder: cannot be written: is a directory"):
        write_text(tmp_path / "folder", "text")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]
