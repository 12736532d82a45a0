"""What finished trials and their study carry for the dashboard, in a real search."""

from __future__ import annotations

import io
import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import optuna
import pytest
from optuna.artifacts import FileSystemArtifactStore, get_all_artifact_meta
from optuna.trial import FrozenTrial, TrialState
from optuna_dashboard import get_note, save_note
from optuna_dashboard._custom_plot_data import get_plotly_graph_objects
from optuna_dashboard._note import get_note_from_system_attrs
from PIL import Image
from short_search import CPU, config_with, objective_in, opened, outcome

import hpo.dashboard.trial_artifacts
from data.collection import Collection
from data.sources.glyphs import make_glyphs
from data.splits import SearchData
from hpo.console.progress import Progress
from hpo.dashboard.notes import OWN, trial_note
from hpo.dashboard.study_page import refresh
from hpo.finish.retrain import retrain
from hpo.search.claims import take_trial
from hpo.search.loop import search
from hpo.search.objective import Objective
from hpo.storage.workspace import TrainedFolder
from hpo.study.definition import METRIC, StudyConfig
from hpo.study.samplers import make_sampler
from hpo.trials.configuration import trial_config
from hpo.trials.ranking import best_trials
from model.config_file import read_config, read_config_and_dataset
from model.training.epoch_report import EpochReport

PICTURES = {"learning-curves.svg", "alphabets.svg", "hardest-trials.png"}


def shown(folder: Path, config: StudyConfig, data: SearchData) -> optuna.Study:
    """A study after its search, its artifacts in the folder."""
    study = opened(config, folder)
    plain = objective_in(folder, config, data, Progress("test", config.trials))
    fields = (config, data, CPU, plain.checkpoints, plain.progress)
    search(study, Objective(*fields, FileSystemArtifactStore(folder)))
    return study


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shown")


@pytest.fixture(scope="module")
def study(folder: Path, data: SearchData) -> optuna.Study:
    return shown(folder, config_with(), data)


def artifacts(study: optuna.Study, trial: FrozenTrial, folder: Path) -> dict[str, bytes]:
    found = get_all_artifact_meta(trial, storage=study._storage)
    assert len({meta.filename for meta in found}) == len(found)
    return {meta.filename: (folder / meta.artifact_id).read_bytes() for meta in found}


def note_of(study: optuna.Study, trial: FrozenTrial) -> str:
    attributes = study._storage.get_study_system_attrs(study._study_id)
    return get_note_from_system_attrs(attributes, trial._trial_id)["body"]


def trials_in(study: optuna.Study, state: TrialState) -> list[FrozenTrial]:
    found = [trial for trial in study.trials if trial.state is state and trial.intermediate_values]
    assert found
    return found


def test_a_complete_trial_carries_its_pictures(study: optuna.Study, folder: Path) -> None:
    for trial in trials_in(study, TrialState.COMPLETE):
        found = artifacts(study, trial, folder)
        assert found.keys() == PICTURES | {f"trial-{trial.number}.toml"}
        curves = "".join(ElementTree.fromstring(found["learning-curves.svg"]).itertext())
        assert "training loss" in curves
        assert "verification" in curves
        bars = list(ElementTree.fromstring(found["alphabets.svg"]).itertext())
        value, alphabets = 100 * trial.value, [float(text) for text in bars[2::2]]
        assert f"mean {value:.1f}" in bars[0]
        assert alphabets == sorted(alphabets, reverse=True)
        assert sum(alphabets) / len(alphabets) == pytest.approx(value, abs=0.06)
        with Image.open(io.BytesIO(found["hardest-trials.png"])) as sheet:
            assert min(sheet.size) > 200
            assert len(sheet.getcolors(1 << 20)) > 20
        assert sum(map(len, found.values())) < 150_000
        note = note_of(study, trial)
        assert f"**{value:.1f}% ± {100 * trial.user_attrs['standard_error']:.1f}%**" in note
        paths = {meta.artifact_id for meta in get_all_artifact_meta(trial, storage=study._storage)}
        assert note.count("![") == 3
        assert sum(f"/artifacts/1/{trial._trial_id}/{number})" in note for number in paths) == 3


def test_a_pruned_trial_carries_little(study: optuna.Study, folder: Path) -> None:
    for trial in trials_in(study, TrialState.PRUNED):
        found = artifacts(study, trial, folder)
        assert found.keys() == {f"trial-{trial.number}.toml"}
        assert sum(map(len, found.values())) < 2000
        note = note_of(study, trial)
        assert re.search(r"Pruned: others did better by (up to )?\d+\.\d points", note)
        assert f"trained for {len(trial.intermediate_values)} of 3 epochs" in note


def test_its_configuration_trains_it_again(
    study: optuna.Study, folder: Path, glyphs: Collection, tmp_path: Path
) -> None:
    (best,) = best_trials(study, config_with(), 1)
    file = tmp_path / "trial.toml"
    file.write_bytes(artifacts(study, best, folder)[f"trial-{best.number}.toml"])
    assert read_config_and_dataset(file)[1] == "glyphs"
    config = read_config(file)
    assert config == trial_config(config_with(), best)
    with Progress("test", 1) as progress:
        results = retrain(
            config, [config.train.seed], glyphs, CPU, TrainedFolder(tmp_path / "again"), progress
        )
    assert results.validation.one_shot_accuracy == best.value


def test_nothing_of_it_changes_the_search(
    study: optuna.Study, undisturbed: list[FrozenTrial]
) -> None:
    assert outcome(study.trials) == outcome(undisturbed)


@pytest.mark.parametrize(
    ("alphabets", "validation", "over"),
    [(2, "exact", "alphabets"), (1, "exact", "characters"), (2, "sampled", "trials")],
)
def test_the_note_says_what_the_error_is_over(
    study: optuna.Study, alphabets: int, validation: str, over: str
) -> None:
    config = trial_config(config_with(), best_trials(study, config_with(), 1)[0])
    train = config.train.model_copy(update={"validation": validation})
    report = EpochReport(0, 0.1, 0.8, 0.02, 0, 0.8, 0.02, 1.0, 100.0)
    names = ["Glyphs_31", "Glyphs_32"][:alphabets]
    characters = make_glyphs().characters(names, [13, 14], 14)
    note = trial_note(3, config.model_copy(update={"train": train}), [report], {}, None, characters)
    assert f"**80.0% ± 2.0%** 20-way {METRIC} (standard error over {over})" in note


def test_the_study_has_a_note_plots_and_a_name_for_its_values(study: optuna.Study) -> None:
    (best,) = best_trials(study, config_with(), 1)
    config = config_with()
    refresh(study, config)
    assert study.metric_names == [METRIC]
    note = get_note(study)
    assert f"**Best so far: trial {best.number}, {best.value:.1%} ±" in note
    assert "5 of 5 trials are done" in note
    assert "| conv1.learning_rate | 0.0001 | 0.1 | log |" in note
    assert "| optimiser | one of | adam, sgd |  |" in note
    plots = get_plotly_graph_objects(study._storage.get_study_system_attrs(study._study_id))
    assert {"accuracy-against-seconds", "learning-rates"} <= plots.keys()
    points = json.loads(plots["accuracy-against-seconds"])["data"]
    assert sum(len(trace["x"]) for trace in points[:2]) == 5
    save_note(study, note + "My own words.")
    refresh(study, config, plots=False)
    assert get_note(study) == note.partition(OWN)[0] + OWN + "My own words."


def test_a_trial_whose_worker_died_at_its_end_carries_everything_once(
    data: SearchData, tmp_path: Path
) -> None:
    config = config_with(trials=1)
    study = opened(config, tmp_path)
    study.sampler = make_sampler(config, 0)
    plain = objective_in(tmp_path, config, data, Progress("test", 1))
    store = FileSystemArtifactStore(tmp_path)
    objective = Objective(config, data, CPU, plain.checkpoints, plain.progress, store)
    trial = take_trial(study, config, study.get_trials())
    assert trial is not None
    value = objective(trial)
    before = artifacts(study, study.trials[0], tmp_path)
    # Killed when one of them had its name and not yet its content.
    (tmp_path / get_all_artifact_meta(trial)[-1].artifact_id).unlink()
    # As the next worker does, from the last epoch's checkpoint: the study was not told.
    assert objective(optuna.Trial(study, trial._trial_id)) == value
    assert artifacts(study, study.trials[0], tmp_path) == before
    assert before.keys() == PICTURES | {"trial-0.toml"}


def test_a_failure_of_the_pictures_fails_no_trial(
    data: SearchData,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(*_: object) -> bytes:
        raise OSError("no font")

    monkeypatch.setattr(hpo.dashboard.trial_artifacts, "one_shot_trials", broken)
    study = shown(tmp_path, config_with(trials=1), data)
    assert study.trials[0].state is TrialState.COMPLETE
    assert "trial 0: it lacks artifacts or a note" in caplog.text
