"""What one reads at the end of a study."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from hpo.console.shown_command import shown_command
from hpo.console.summary import print_retraining, print_summary
from hpo.storage.workspace import TrainedFolder, Workspace
from hpo.study.results import RetrainingResults, StudyResults
from model.config import Convolution, LayerConfig, NetworkConfig, RunConfig, TrainConfig

CONFIG = RunConfig(
    network=NetworkConfig(
        convolutions=(Convolution(filters=64, kernel=5), Convolution(filters=96, kernel=3)),
        units=512,
    ),
    train=TrainConfig(
        layers=tuple(
            LayerConfig(learning_rate=rate, momentum=0.7, l2=2e-4)
            for rate in (0.011, 0.012, 0.013, 0.014)
        ),
        optimiser="sgd",
    ),
).model_dump(mode="json")


@pytest.fixture
def results() -> dict[str, Any]:
    trial = {"number": 7, "value": 0.8123, "params": {"conv1.filters": 64}}
    validation = {
        "one_shot_accuracy": 0.8349,
        "standard_error": 0.0123,
        "standard_error_over": "seeds",
        "runs": 3,
    }
    finalist = trial | {"validation": validation, "seeds": []}
    return {
        "study": "quick",
        "dataset": "omniglot",
        "definition": {},
        "budget": {"trials": 16, "timeout": None},
        "trials": {"complete": 9, "pruned": 4, "failed": 1, "infeasible": 2},
        "best": trial,
        "winner": trial | {"number": 3, "seed": 5, "config": CONFIG},
        "validation": validation,
        "test": {
            "one_shot_accuracy": 0.9425,
            "standard_error": 0.0116,
            "trials": 400,
            "per_run": [0.9] * 20,
            "every_drawer_pair_accuracy": 0.8611,
            "every_drawer_pair_standard_error": 0.0231,
            "per_alphabet": {},
        },
        "test_over_seeds": {
            "runs": 3,
            "one_shot_accuracy": 0.9381,
            "standard_error": 0.0042,
            "one_shot_accuracy_by_seed": [],
            "every_drawer_pair_accuracy": 0.8561,
            "every_drawer_pair_standard_error": 0.0031,
            "every_drawer_pair_accuracy_by_seed": [],
        },
        "finalists": [finalist, finalist | {"number": 3}],
        "seconds": {"search": 4020.0, "finish": 63.0},
        "device": "cpu",
    }


def shown(
    results: dict[str, Any], capsys: pytest.CaptureFixture[str], folder: Path = Path("runs/quick")
) -> list[str]:
    print_summary(StudyResults.model_validate(results), Workspace.of("quick", folder), 392.0)
    out, err = capsys.readouterr()
    assert err == ""
    return [" ".join(line.split()) for line in out.splitlines()]


def test_accuracies_stand_beside_the_papers(
    results: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    lines = shown(results, capsys)
    assert "validation alphabets, mean of 3 seeds 83.5 1.2 over seeds" in lines
    assert "test alphabets, 20 official runs 94.2 1.2 over 400 trials" in lines
    assert "test alphabets, every drawer pair 86.1 2.3 over alphabets" in lines
    assert "mean of 3 seeds 93.8 0.4 over seeds" in lines
    assert "mean of 3 seeds 85.6 0.3 over seeds" in lines
    for figure in ("humans 95.5", "learning 95.2", "net 92.0", "model 81.8", "neighbour 21.7"):
        assert any(line.endswith(figure) for line in lines), figure


def test_the_folder_of_every_network_is_named_where_there_are_several(
    results: dict[str, Any], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    networks = tmp_path / "networks"
    line = f"{networks} every network that was retrained, for combine"
    assert line not in shown(results, capsys, tmp_path)
    networks.mkdir()
    assert line in shown(results, capsys, tmp_path)


def test_commands_go_to_the_storage_that_the_results_are_from(
    results: dict[str, Any], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """But to the study's own where it is there, and the folder was only moved."""
    results |= {"storage": "sqlite:////elsewhere/s.db"}
    asked = [line for line in shown(results, capsys, tmp_path) if " report " in line]
    assert " report quick --storage sqlite:////elsewhere/s.db " in asked[0]
    Workspace.of("quick", tmp_path).database.touch()
    asked = [line for line in shown(results, capsys, tmp_path) if " report " in line]
    assert f" report quick --storage sqlite:///{tmp_path}/study.db " in asked[0]


def test_the_winner_is_shown_layer_by_layer(
    results: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    lines = shown(results, capsys)
    assert "Trials: 9 complete, 4 pruned, 1 failed, 2 infeasible" in lines
    together = "Time of the trainings, all workers together"
    assert f"{together}: search 1 h 7 min, retraining and test 1 min 3 s" in lines
    assert "Best of the search: trial 7, 81.2% on validation" in lines
    assert "Winner of the retrained (7, 3): trial 3" in lines
    assert "conv1 64 5x5 0.011 0.7 0.0002" in lines
    assert "embedding 0.013 0.7 0.0002" in lines
    assert "optimiser sgd" in lines


def test_the_rates_shown_are_those_that_layers_are_trained_with(
    results: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    config = CONFIG | {"train": CONFIG["train"] | {"learning_rate": 0.5}}
    lines = shown(results | {"winner": results["winner"] | {"config": config}}, capsys)
    assert "conv1 64 5x5 0.0055 0.7 0.0002" in lines


def test_other_data_are_not_held_against_the_paper(
    results: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    lines = shown(results | {"dataset": "glyphs", "study": "quick-glyphs"}, capsys)
    assert "Study quick-glyphs on glyphs, cpu" in lines
    assert any("the paper's do not apply" in line for line in lines)
    assert not any("95.5" in line for line in lines)


def test_a_retraining_is_shown_seed_by_seed_and_their_mean_where_there_are_several(
    capsys: pytest.CaptureFixture[str],
) -> None:
    seeds, of_trials = (
        [
            {"seed": seed, "accuracy": accuracy, "standard_error": error}
            | {"best_epoch": 3, "epochs": 4, "seconds": 7.0, "standard_error_over": over}
            for seed, accuracy, error in ((5, 0.8123, 0.031), (6, 0.8351, 0.029))
        ]
        for over in ("alphabets", "trials")
    )
    mean = {"one_shot_accuracy": 0.8234, "standard_error": 0.0111, "runs": 2} | {
        "standard_error_over": "seeds"
    }
    results = {
        "dataset": "glyphs",
        "fingerprint": "abc",
        "device": "cpu",
        "config": CONFIG,
        "seeds": seeds,
        "validation": mean,
        "best_seed": 6,
    }

    def retraining(**changes: object) -> list[str]:
        found = RetrainingResults.model_validate(results | changes)
        print_retraining(found, TrainedFolder(Path("out")))
        return [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]

    lines = retraining()
    assert "seed 5 81.2 3.1 over alphabets" in lines
    assert "seed 6 83.5 2.9 over alphabets" in lines
    assert "mean 82.3 1.1 over seeds" in lines
    assert lines[-1] == "out/best.safetensors the network of seed 6"
    single = retraining(seeds=seeds[:1], validation=mean | {"runs": 1})
    assert not any(line.startswith("mean") for line in single)
    sampled = CONFIG | {"train": CONFIG["train"] | {"validation": "sampled"}}
    assert "seed 5 81.2 3.1 over trials" in retraining(config=sampled, seeds=of_trials)


def test_it_is_legible_in_a_pipe(
    results: dict[str, Any], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = tmp_path / ("long" * 20)
    print_summary(StudyResults.model_validate(results), Workspace.of("quick", folder), 392.0)
    lines = capsys.readouterr().out.splitlines()
    assert max(len(line) for line in lines if str(folder) not in line) <= 100
    # Paths are never broken: they are there to be copied.
    assert any(line.startswith(f"{folder}/best.toml ") for line in lines)
    storage = f"--storage sqlite:///{folder}/study.db"
    assert any(line.endswith(f"dashboard quick {storage}") for line in lines)


def test_it_names_the_commands_that_go_on_from_here(
    results: dict[str, Any], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    print_summary(StudyResults.model_validate(results), Workspace.of("quick"), 392.0)
    printed = capsys.readouterr().out
    for command in ("dashboard quick", "report quick", "classify runs/quick --support KNOWN"):
        (line,) = (line for line in printed.splitlines() if command in line)
        assert f"run_study.py {command}" in line
    assert "\\n" not in printed
    assert "--output" not in printed
    # The report is of the results in the folder that `run --output` named.
    print_summary(StudyResults.model_validate(results), Workspace.of("quick", tmp_path), 392.0)
    lines = capsys.readouterr().out.splitlines()
    (report,) = (line for line in lines if " report " in line)
    assert report.endswith(
        f"report quick --storage sqlite:///{tmp_path}/study.db --output {tmp_path}"
    )
    assert any(f"classify {tmp_path} --support KNOWN" in line for line in lines)


def test_the_dashboards_command_names_the_storage_without_its_password() -> None:
    usual = shown_command("dashboard", Workspace.of("quick"))
    assert usual.endswith("run_study.py dashboard quick")
    for given, shown in (
        ("me:secret@db/studies", "me:***@db/studies"),
        ("db/studies?password=secret", "db/studies?password=***"),
    ):
        command = shown_command("dashboard", Workspace.of("quick", storage=f"postgresql://{given}"))
        assert f"--storage 'postgresql://{shown}'" in command
        assert "secret" not in command


def test_a_shown_command_runs_in_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    command = shown_command("status", Workspace.of("quick"))
    ran = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert ran.stderr.startswith("error: study quick: storage ")
