"""What one reads at the end of a study."""

from pathlib import Path
from typing import Any

import pytest

from hpo.console.summary import dashboard_command, print_classes, print_retraining, print_summary
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
    return {
        "study": "quick",
        "dataset": "omniglot",
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
        },
        "test_over_seeds": {
            "runs": 3,
            "one_shot_accuracy": 0.9381,
            "standard_error": 0.0042,
            "every_drawer_pair_accuracy": 0.8561,
            "every_drawer_pair_standard_error": 0.0031,
        },
        "finalists": [trial, trial | {"number": 3}],
        "seconds": {"search": 4020.0, "finish": 63.0},
        "device": "cpu",
    }


def shown(
    results: dict[str, Any], capsys: pytest.CaptureFixture[str], folder: Path = Path("runs/quick")
) -> list[str]:
    print_summary(results, folder, f"sqlite:///{folder}/study.db")
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
    seeds = [
        {"seed": 5, "accuracy": 0.8123, "standard_error": 0.031},
        {"seed": 6, "accuracy": 0.8351, "standard_error": 0.029},
    ]
    mean = {"one_shot_accuracy": 0.8234, "standard_error": 0.0111, "runs": 2}
    results = {
        "dataset": "glyphs",
        "config": CONFIG,
        "seeds": seeds,
        "validation": mean,
        "best_seed": 6,
    }

    def retraining(**changes: object) -> list[str]:
        print_retraining(results | changes, Path("out"))
        return [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]

    lines = retraining()
    assert "seed 5 81.2 3.1 over alphabets" in lines
    assert "seed 6 83.5 2.9 over alphabets" in lines
    assert "mean 82.3 1.1 over seeds" in lines
    assert lines[-1] == "out/best.safetensors the network of seed 6"
    single = retraining(seeds=seeds[:1], validation=mean | {"runs": 1})
    assert not any(line.startswith("mean") for line in single)
    sampled = CONFIG | {"train": CONFIG["train"] | {"validation": "sampled"}}
    assert "seed 5 81.2 3.1 over trials" in retraining(config=sampled)


def test_it_is_legible_in_a_pipe(
    results: dict[str, Any], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = tmp_path / ("long" * 20)
    print_summary(results, folder, f"sqlite:///{folder}/study.db")
    lines = capsys.readouterr().out.splitlines()
    assert max(len(line) for line in lines if str(folder) not in line) <= 100
    # Paths are never broken: they are there to be copied.
    assert any(line.startswith(f"{folder}/best.toml ") for line in lines)
    assert any(line.endswith(f"--storage sqlite:///{folder}/study.db") for line in lines)


def test_the_dashboards_command_names_the_storage_without_its_password() -> None:
    assert dashboard_command("quick", "sqlite:///runs/quick/study.db").endswith(
        "run_study.py dashboard quick"
    )
    for given, shown in (
        ("me:secret@db/studies", "me:***@db/studies"),
        ("db/studies?password=secret", "db/studies?password=***"),
    ):
        command = dashboard_command("quick", f"postgresql://{given}")
        assert f"--storage 'postgresql://{shown}'" in command
        assert "secret" not in command


def test_no_class_is_certain_or_out_of_the_question(capsys: pytest.CaptureFixture[str]) -> None:
    def row(file: str, a: float, same: float) -> dict[str, Any]:
        probabilities = {"a": a, "b": 1 - a}
        return {"file": file, "class": "a", "probability": a, "same": same} | {
            "probabilities": probabilities
        }

    print_classes({"queries": [row("x.png", 1 - 1e-9, 4e-4), row("y.png", 0.9994, 0.5)]})
    shown = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["picture", "class", "%", "same,", "%", "else,", "%"] in shown
    assert ["x.png", "a", ">99.9", "<0.1", "b", "<0.1"] in shown
    assert ["y.png", "a", "99.9", "50.0", "b", "0.1"] in shown
