"""The published studies and experiments: whole, and what the pages say of them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from published_tables import RESULTS, STUDIES, figure, fingerprint, read, rows

from hpo.reproduce.registry import EXPERIMENTS
from model.config import RunConfig
from model.config_file import read_config


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.stem)
def test_a_studys_test_is_whole(path: Path) -> None:
    document = read(path.name)
    test = document["test"]
    assert test["trials"] == 400
    assert sum(test["per_run"]) / 20 == pytest.approx(test["one_shot_accuracy"])
    alphabets = test["per_alphabet"].values()
    assert sum(alphabets) / 10 == pytest.approx(test["every_drawer_pair_accuracy"])


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.stem)
def test_a_studys_figures_are_the_published_ones(path: Path) -> None:
    document = read(path.name)
    chosen_on = document["validation"]
    found = [
        cells for file, cells in rows("studies") + rows("studies-earlier") if file == path.name
    ]
    test = document.get("test_over_seeds") or document["test"]  # means of several trainings
    assert [cells[2:5] for cells in found] == [
        [
            figure(test["one_shot_accuracy"], test["standard_error"]),
            figure(test["every_drawer_pair_accuracy"], test["every_drawer_pair_standard_error"]),
            figure(chosen_on["one_shot_accuracy"], chosen_on["standard_error"]),
        ]
    ]


def test_verification_is_of_the_networks_that_the_studies_tested() -> None:
    table = rows("verification")
    assert {file for file, _ in table} == {
        f"verification/{path.name}" for path in (RESULTS / "verification").glob("*.json")
    }
    for file, cells in table:
        measured = read(file)
        of_the_study = read(Path(file).name)
        assert measured["fingerprint"] == fingerprint()
        # The same network as that of the study's own test.
        assert measured["one_shot"]["per_run"] == of_the_study["test"]["per_run"]
        assert cells[1:] == [
            figure(measured[of]["accuracy"], measured[of]["standard_error"])
            for of in ("verification_across", "verification")
        ]


def test_the_published_winner_is_a_configuration_that_retrain_takes() -> None:
    results = read("quick.json")
    config = read_config(RESULTS / "quick-best.toml")
    assert config == RunConfig.model_validate(results["winner"]["config"])
    assert results["trials"]["complete"] + results["trials"]["pruned"] >= 12
    assert results["trials"]["pruned"] >= 1


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.stem)
def test_best_epochs_are_counted_from_one(path: Path) -> None:
    document = read(path.name)
    parts = document.get("finalists") or [document["retraining"]]
    seeds = [seed for part in parts for seed in part["seeds"]]
    assert seeds
    for seed in seeds:
        assert 1 <= seed["best_epoch"] <= seed["epochs"]
    if (table := path.with_name(f"{path.stem}-trials.csv")).exists():
        trials = pd.read_csv(table)
        assert trials["best_epoch"].between(1, trials["epochs"]).all()
        assert (trials["best_epoch"] == trials["epochs"]).any()


def test_every_experiment_is_published() -> None:
    """But for the paper's own search, which takes days and has not been run to its end."""
    published = {f"reproduce/{path.name}" for path in (RESULTS / "reproduce").glob("*.json")}
    assert published == {file for file, _ in rows("experiments")}
    assert {read(file)["experiment"] for file in published} == set(EXPERIMENTS) - {"search"}


@pytest.mark.parametrize(
    ("file", "cells"), rows("experiments"), ids=[cells[1] for _, cells in rows("experiments")]
)
def test_an_experiments_figures_are_the_published_ones(file: str, cells: list[str]) -> None:
    document = read(file)
    # Some were also done with the network that comes with the project.
    experiment = Path(file).stem.removesuffix("-shipped")
    assert (document["experiment"], document["dataset"]) == (experiment, "omniglot")
    assert document["fingerprint"] == fingerprint()
    known = [cell for line in document["rows"] for cell in line.values() if isinstance(cell, dict)]
    _, _, here, original = cells
    if here:
        measured = (cell for cell in known if "standard_error" in cell)
        assert here in {figure(c["value"], c["standard_error"] or 0) for c in measured}
    if original:
        quoted = {f"{100 * cell['value']:.1f}" for cell in known if "quoted" in cell}
        assert set(original.split(" to ")) <= quoted
