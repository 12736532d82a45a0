"""What follows a search: finalists retrained, the winner tested once, through interruptions."""

import json
from math import sqrt
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import optuna
import pandas as pd
import pytest
import torch

import hpo.finish.finalists
import hpo.finish.retrain_task
from data.collection import Collection
from data.errors import WorkFailed
from data.splits import SearchData, held_out_characters
from hpo.console.progress import Progress
from hpo.database.opening import open_storage
from hpo.finish.finalists import finish, fresh_seeds
from hpo.finish.finisher import Claim, Finisher, FinishLost
from hpo.finish.retrain import single_seed_in
from hpo.runtime.process_identity import this_process
from hpo.storage.studies import open_study
from hpo.storage.workspace import Workspace, default_url
from hpo.study.definition import StudyConfig
from hpo.study.results import document_of
from hpo.trials.ranking import best_trials
from hpo.workers.machine import Machine
from model.config_file import read_config
from model.device import autocast
from model.evaluation.one_shot import one_shot_exact, one_shot_runs
from model.network.weights import load_network

CPU = torch.device("cpu")
MACHINE = Machine(device="cpu")
STORAGE = "sqlite:///study.db"


def without_times(results: dict[str, Any]) -> dict[str, Any]:
    plain = json.loads(json.dumps(results))
    plain.pop("seconds")
    for finalist in plain["finalists"]:
        for seed in finalist["seeds"]:
            seed.pop("seconds")
    return plain


def test_the_winner_is_the_best_retrained_finalist(
    results: dict[str, Any], study: optuna.Study, config: StudyConfig
) -> None:
    finalists = results["finalists"]
    best = best_trials(study, config, 2)
    assert [f["number"] for f in finalists] == [trial.number for trial in best]
    assert results["best"]["number"] == best[0].number
    assert results["best"]["value"] == best[0].value
    assert results["best"]["params"] == best[0].params
    for finalist in finalists:
        accuracies = [seed["accuracy"] for seed in finalist["seeds"]]
        assert len(accuracies) == 2
        assert [seed["epochs"] for seed in finalist["seeds"]] == [3, 3]
        assert finalist["validation"] == {
            "one_shot_accuracy": pytest.approx(fmean(accuracies)),
            "standard_error": pytest.approx(stdev(accuracies) / sqrt(2)),
            "standard_error_over": "seeds",
            "runs": 2,
        }
    means = [finalist["validation"]["one_shot_accuracy"] for finalist in finalists]
    winner = finalists[means.index(max(means))]
    assert results["winner"]["number"] == winner["number"]
    assert results["validation"] == winner["validation"]
    kept = max(winner["seeds"], key=lambda seed: seed["accuracy"])
    assert results["winner"]["seed"] == kept["seed"]


def test_no_retraining_has_a_seed_of_the_search(
    results: dict[str, Any], study: optuna.Study
) -> None:
    fresh = [seed["seed"] for finalist in results["finalists"] for seed in finalist["seeds"]]
    assert len(set(fresh)) == 4
    assert not set(fresh) & {trial.user_attrs["seed"] for trial in study.trials}
    expected = fresh_seeds(0, 5, 3, set())
    assert fresh_seeds(0, 5, 3, {expected[0], expected[2]})[0] == expected[1]


def test_the_files_hold_the_winner(
    results: dict[str, Any], output: Path, glyphs: Collection, study: optuna.Study
) -> None:
    network, trained = load_network(output / "best.safetensors")
    assert trained == read_config(output / "best.toml")
    assert trained.train.seed == results["winner"]["seed"]
    assert trained.model_dump(mode="json") == results["winner"]["config"]
    with autocast(CPU):  # as in training
        validation = one_shot_exact(network, SearchData.of(glyphs, 28, CPU).validation)
    winner = next(f for f in results["finalists"] if f["number"] == results["winner"]["number"])
    assert validation.value == pytest.approx(max(s["accuracy"] for s in winner["seeds"]))
    held_out = held_out_characters(glyphs, 28, CPU)
    test = results["test"]
    official = one_shot_runs(network, held_out, glyphs.runs)
    assert test["one_shot_accuracy"] == pytest.approx(official.accuracy)
    assert test["per_run"] == official.per_run
    assert test["trials"] == 400
    p = test["one_shot_accuracy"]
    assert test["standard_error"] == pytest.approx(sqrt(p * (1 - p) / 400))
    exact = one_shot_exact(network, held_out)
    assert test["every_drawer_pair_accuracy"] == pytest.approx(exact.value)
    assert test["per_alphabet"].keys() == {run.alphabet for run in glyphs.runs}
    assert len(pd.read_csv(output / "trials.csv")) == len(study.trials)


def test_every_seed_of_the_winner_is_tested(results: dict[str, Any]) -> None:
    several, one = results["test_over_seeds"], results["test"]
    assert several["runs"] == len(several["one_shot_accuracy_by_seed"]) == 2
    for key, error in (
        ("one_shot_accuracy", "standard_error"),
        ("every_drawer_pair_accuracy", "every_drawer_pair_standard_error"),
    ):
        of_each = several[f"{key}_by_seed"]
        assert one[key] in of_each
        assert several[key] == pytest.approx(fmean(of_each))
        assert several[error] == pytest.approx(stdev(of_each) / sqrt(2))


def test_results_json_says_what_was_done(
    results: dict[str, Any], output: Path, study: optuna.Study, glyphs: Collection
) -> None:
    assert json.loads((output / "results.json").read_text()) == results
    assert (results["study"], results["dataset"]) == ("glyphs", "glyphs")
    assert results["fingerprint"] == glyphs.fingerprint
    infeasible = len(study.trials) - 3
    assert results["trials"] == {
        "complete": 3,
        "pruned": 0,
        "failed": 0,
        "infeasible": infeasible,
    }
    searched = sum(trial.user_attrs.get("seconds", 0) for trial in study.trials)
    assert results["seconds"]["search"] == pytest.approx(searched)
    trained = sum(s["seconds"] for f in results["finalists"] for s in f["seeds"])
    assert results["seconds"]["finish"] > trained > 0
    assert results["versions"]["torch"] == torch.__version__
    assert sorted(path.name for path in output.iterdir()) == [
        "best.safetensors",
        "best.toml",
        "networks",
        "rejection.json",
        "results.json",
        "trials.csv",
    ]
    assert len({path.stat().st_mode for path in output.iterdir() if path.is_file()}) == 1


def test_every_retrained_network_is_kept(results: dict[str, Any], output: Path) -> None:
    workspace = Workspace(output, "test", STORAGE)
    trained = {
        (finalist["number"], seed["seed"]): seed["accuracy"]
        for finalist in results["finalists"]
        for seed in finalist["seeds"]
    }
    kept = {
        (trial, seed): single_seed_in(workspace.one_of_several(seed, trial)).accuracy
        for trial, seed in trained
    }
    assert kept == trained
    assert len(list(workspace.networks.iterdir())) == 4
    winner = results["winner"]
    best = workspace.one_of_several(winner["seed"], winner["number"])
    assert best.weights.read_bytes() == workspace.weights.read_bytes()


@pytest.mark.parametrize("epochs", [2, 8])
def test_interrupted_retrainings_go_on_to_the_same_results(
    epochs: int,
    interrupting: type,
    results: dict[str, Any],
    study: optuna.Study,
    config: StudyConfig,
    glyphs: Collection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def finished(progress: Progress) -> dict[str, Any]:
        monkeypatch.setattr(hpo.finish.retrain_task, "Progress", lambda *_, **__: progress)
        workspace = Workspace(tmp_path / "out", config.name, STORAGE)
        return document_of(finish(study, config, glyphs, MACHINE, workspace))

    with pytest.raises(KeyboardInterrupt):
        finished(interrupting(epochs))
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["unfinished-glyphs"]
    progress = interrupting()
    again = finished(progress)
    assert without_times(again) == without_times(results)
    # Of the four retrainings of 3 epochs, those that were done are not trained again.
    assert len(progress.trained) == 4 - epochs // 3


@pytest.mark.parametrize("left", ["results", "damaged results", "checkpoint"])
def test_what_an_older_study_of_the_name_left_is_trained_anew(
    left: str,
    interrupting: type,
    results: dict[str, Any],
    study: optuna.Study,
    config: StudyConfig,
    glyphs: Collection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def finished(progress: Progress, config: StudyConfig) -> dict[str, Any]:
        monkeypatch.setattr(hpo.finish.retrain_task, "Progress", lambda *_, **__: progress)
        return document_of(finish(study, config, glyphs, MACHINE, workspace))

    workspace = Workspace(tmp_path, config.name, STORAGE)
    longer = config.model_copy(update={"finish": config.finish.model_copy(update={"epochs": 5})})
    older = config if left == "damaged results" else longer
    with pytest.raises(KeyboardInterrupt):
        finished(interrupting(2 if left == "checkpoint" else older.finish.epochs + 1), older)
    (first, *_) = sorted(workspace.unfinished.iterdir(), key=lambda path: path.stat().st_mtime)
    if left == "damaged results":
        (first / "results.json").write_text("{}")
    progress = interrupting()
    again = finished(progress, config)
    assert without_times(again) == without_times(results)
    assert len(progress.trained) == 4
    assert f"{first}" in (said := capsys.readouterr().err)
    assert "; it is removed, and trained anew" in said


def test_several_processes_retrain_to_the_same_results(
    results: dict[str, Any],
    study: optuna.Study,
    config: StudyConfig,
    glyphs: Collection,
    tmp_path: Path,
) -> None:
    two = Machine(workers=2, device="cpu")
    workspace = Workspace(tmp_path / "out", config.name, STORAGE)
    again = document_of(finish(study, config, glyphs, two, workspace))
    assert without_times(again) | {"workers": 1} == without_times(results)
    logs = list((tmp_path / "out" / "logs").iterdir())
    assert len(logs) == 2
    assert sum(log.read_text().count("seed ") for log in logs) >= 4


def test_without_a_complete_trial_there_is_no_winner(
    config: StudyConfig, glyphs: Collection, tmp_path: Path
) -> None:
    study = open_study(config, open_storage(default_url(tmp_path), create=True))
    trial = study.ask()
    trial.set_constraint("shortfall", 3)
    study.tell(trial, 0.0)
    with pytest.raises(WorkFailed, match="no trial was completed"):
        finish(study, config, glyphs, MACHINE, Workspace(tmp_path / "output", "glyphs", STORAGE))
    assert not (tmp_path / "output").exists()


def test_who_was_replaced_while_it_retrained_opens_no_test_alphabet(
    study: optuna.Study,
    config: StudyConfig,
    glyphs: Collection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hpo.finish.finalists, "one_shot_test", lambda *_: pytest.fail("opened"))
    workspace = Workspace(tmp_path, config.name, STORAGE)
    replaced = Finisher(study, config, Claim(process=this_process()))  # the storage has another
    with pytest.raises(FinishLost):
        finish(study, config, glyphs, MACHINE, workspace, replaced)
    assert not workspace.results.exists()


def test_pruned_trials_are_retrained_where_too_few_are_complete(
    study: optuna.Study, config: StudyConfig, glyphs: Collection, tmp_path: Path
) -> None:
    own = open_study(config, open_storage(default_url(tmp_path), create=True))
    for number, trial in enumerate(study.get_trials()):
        if number:
            trial.state, trial.values = optuna.trial.TrialState.PRUNED, None
            trial.intermediate_values = dict(list(trial.intermediate_values.items())[:1])
            trial.intermediate_values[1] = 0.1 * number
        own.add_trial(trial)
    found = finish(own, config, glyphs, MACHINE, Workspace(tmp_path, config.name, STORAGE))
    assert [finalist.number for finalist in found.finalists] == [0, 2]
    assert found.best.number == 0
    assert found.finalists[1].value == pytest.approx(0.2)
    best = max(found.finalists, key=lambda finalist: finalist.validation.one_shot_accuracy)
    assert found.winner.number == best.number
