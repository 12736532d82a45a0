"""The README's figures are those of the published results, and these are whole."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from hpo.reproduce.registry import EXPERIMENTS
from model.config import RunConfig
from model.config_file import read_config

PROJECT = Path(__file__).parents[1]
RESULTS = PROJECT / "studies" / "results"
REPRODUCED = "reproduce/"
VERIFIED = "verification/"


def rows(folder: str = "") -> list[tuple[str, str]]:
    """The README's table rows that name a file of results there, with that file's name."""
    found = []
    for line in (PROJECT / "README.md").read_text().splitlines():
        match = re.search(rf"\(studies/results/{folder}([\w.-]+\.json)\)", line)
        if line.startswith("|") and match:
            found.append((match[1], line))
    return found


def figure(value: float, error: float) -> str:
    return f"{100 * value:.1f} ± {100 * error:.1f}"


def one_shot(document: dict[str, Any]) -> dict[str, Any]:
    test: dict[str, Any] = document["test"] if "test" in document else document["one_shot"]
    return test


def validation(document: dict[str, Any]) -> dict[str, Any]:
    accuracy: dict[str, Any] = document.get("retraining", document)["validation"]
    return accuracy


def test_every_published_result_is_in_the_readme() -> None:
    assert {name for name, _ in rows()} == {path.name for path in RESULTS.glob("*.json")}
    assert rows()


@pytest.mark.parametrize(("name", "row"), rows())
def test_the_readmes_figures_are_the_published_ones(name: str, row: str) -> None:
    document = json.loads((RESULTS / name).read_text())
    test = one_shot(document)
    assert test["trials"] == 400
    assert sum(test["per_run"]) / 20 == pytest.approx(test["one_shot_accuracy"])
    alphabets = test["per_alphabet"].values()
    assert sum(alphabets) / 10 == pytest.approx(test["every_drawer_pair_accuracy"])
    chosen_on = validation(document)
    shown = document.get("test_over_seeds") or test  # means of several trainings, where there are
    cells = [cell.strip() for cell in row.split("|")]
    assert cells[2:5] == [
        figure(shown["one_shot_accuracy"], shown["standard_error"]),
        figure(shown["every_drawer_pair_accuracy"], shown["every_drawer_pair_standard_error"]),
        figure(chosen_on["one_shot_accuracy"], chosen_on["standard_error"]),
    ]


def test_verification_in_the_readme_is_the_measured_one() -> None:
    assert {name for name, _ in rows(VERIFIED)} == {
        path.name for path in (RESULTS / VERIFIED).glob("*.json")
    }
    assert rows(VERIFIED)
    for name, row in rows(VERIFIED):
        measured = json.loads((RESULTS / VERIFIED / name).read_text())
        of_the_study = json.loads((RESULTS / name).read_text())
        assert measured["fingerprint"] == fingerprint()
        # The same network as that of the study's own test.
        assert measured["one_shot"]["per_run"] == of_the_study["test"]["per_run"]
        cells = [cell.strip() for cell in row.split("|")]
        assert cells[2:4] == [
            figure(measured[of]["accuracy"], measured[of]["standard_error"])
            for of in ("verification_across", "verification")
        ]


def test_the_published_winner_is_a_configuration_that_retrain_takes() -> None:
    results = json.loads((RESULTS / "quick.json").read_text())
    config = read_config(RESULTS / "quick-best.toml")
    assert config == RunConfig.model_validate(results["winner"]["config"])
    assert results["trials"]["complete"] + results["trials"]["pruned"] >= 12
    assert results["trials"]["pruned"] >= 1


@pytest.mark.parametrize("path", sorted(RESULTS.glob("*.json")), ids=lambda path: path.stem)
def test_best_epochs_are_counted_from_one(path: Path) -> None:
    document = json.loads(path.read_text())
    parts = document.get("finalists") or [document["retraining"]]
    seeds = [seed for part in parts for seed in part["seeds"]]
    assert seeds
    for seed in seeds:
        assert 1 <= seed["best_epoch"] <= seed["epochs"]
    if (table := path.with_name(f"{path.stem}-trials.csv")).exists():
        trials = pd.read_csv(table)
        assert trials["best_epoch"].between(1, trials["epochs"]).all()
        assert (trials["best_epoch"] == trials["epochs"]).any()


def test_every_experiment_is_in_the_readme() -> None:
    published = {path.stem for path in (RESULTS / "reproduce").glob("*.json")}
    assert published == {Path(name).stem for name, _ in rows(REPRODUCED)} == set(EXPERIMENTS)


@pytest.mark.parametrize(("name", "row"), rows(REPRODUCED))
def test_an_experiments_figures_are_the_published_ones(name: str, row: str) -> None:
    document = json.loads((RESULTS / "reproduce" / name).read_text())
    assert (document["experiment"], document["dataset"]) == (Path(name).stem, "omniglot")
    assert document["fingerprint"] == fingerprint()
    cells = [cell for line in document["rows"] for cell in line.values() if isinstance(cell, dict)]
    _, _, _, here, original, _ = (cell.strip() for cell in row.split("|"))
    if here:
        measured = (cell for cell in cells if "standard_error" in cell)
        assert here in {figure(c["value"], c["standard_error"] or 0) for c in measured}
    if original:
        assert original in {f"{100 * c['value']:.1f}" for c in cells if "quoted" in c}


def fingerprint() -> str:
    """Of the data set that the study's published results are of."""
    found: str = json.loads((RESULTS / "quick.json").read_text())["fingerprint"]
    return found


def test_the_readme_counts_the_recorded_configurations() -> None:
    packed = RESULTS / "compact-27-epochs-curves.json.gz"
    curves = json.loads(gzip.decompress(packed.read_bytes()))["curves"]
    repeats = sum(curve["repeat"] > 0 for curve in curves)
    said = f"of {len(curves) - repeats} random configurations are recorded, {repeats} of"
    assert said in " ".join((PROJECT / "README.md").read_text().split())


def test_effects_in_the_readme_are_the_measured_ones() -> None:
    measured = json.loads((RESULTS / "replay" / "effects.json").read_text())
    everywhere, centred = (measured[over]["parameters"] for over in ("all", "centred"))
    found = 0
    for line in (PROJECT / "README.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        name = cells[1].strip("`") if len(cells) == 7 else ""
        if name not in everywhere:
            continue
        found += 1
        assert cells[3] == effect(everywhere[name])
        assert cells[4] == (effect(centred[name]) if name in centred else "")
        assert cells[5] == f"{everywhere[name]['times_the_seconds']:.2f}"
    assert found > 20


@pytest.mark.parametrize("name", ["quality", "startup", "gp", "quality-27-epochs"])
def test_searches_in_the_readme_are_the_replayed_ones(name: str) -> None:
    replayed = json.loads((RESULTS / "replay" / f"{name}.json").read_text())
    lines = (PROJECT / "README.md").read_text().splitlines()
    for search, row in replayed["searches"].items():
        end, error = row["final_accuracy"]["0.5"], row["standard_error"]
        part = row["part_of_the_time_to_the_level"]["0.5"]
        shown = "never" if part is None else f"{part:.2f}"
        cells = f"{figure(end, error)} | {shown} | {row['repetitions_that_reached_it']}"
        assert f"| `{search}` | {cells} |" in lines
    assert replayed["repetitions"] == 50


def test_what_shorter_times_give_in_the_readme_is_what_was_replayed() -> None:
    replayed = json.loads((RESULTS / "replay" / "quality-27-epochs.json").read_text())
    parts = [
        f"{row['part_of_the_time_to_the_level']['tpe/successive-halving']:.2f}"
        for row in replayed["earlier"]
    ]
    text = " ".join((PROJECT / "README.md").read_text().split())
    assert f"after 24, 48 or 72 trainings, `compact`'s part would be {', '.join(parts)}" in text
    assert replayed["trials_to_their_end_in_that_time"] == 96


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("equal-time", "`compact`"),
        ("equal-time-9-epochs", "`compact` as defined then"),
        ("equal-time-15", "`compact` with 15 random trials"),
    ],
)
def test_real_searches_in_the_readme_are_the_measured_ones(name: str, called: str) -> None:
    measured = json.loads((RESULTS / "replay" / f"{name}.json").read_text())
    lines = (PROJECT / "README.md").read_text().splitlines()
    parts = measured["part_of_the_time_to_the_random_searchs_final"]["repetitions"]
    defined, random = (
        figure(measured["final"][arm]["mean"], measured["final"][arm]["standard_error"])
        for arm in ("defined", "random")
    )
    shown = ", ".join(f"{part:.2f}" for part in parts)
    assert f"| {called} | {defined} | {shown} |" in lines
    assert f"| random, without pruning | {random} | |" in lines
    assert len(parts) >= 3


def test_shapes_in_the_readme_are_the_measured_ones() -> None:
    measured = json.loads((RESULTS / "replay" / "shapes.json").read_text())
    lines = (PROJECT / "README.md").read_text().splitlines()
    for row in measured["spaces"]:
        best = row["best_of_ten"]
        cells = (
            str(row["configurations"]),
            *(f"{100 * row['quantiles'][q]:.1f}" for q in ("0.25", "0.5", "0.75")),
            figure(best["mean"], best["standard_error"]),
        )
        start, end = f"| `{row['study']}`", f"| {' | '.join(cells)} |"
        assert [line for line in lines if line.startswith(start) and line.endswith(end)]


def test_the_ablation_in_the_readme_is_the_measured_one() -> None:
    measured = json.loads((RESULTS / "ablation" / "compact.json").read_text())
    lines = (PROJECT / "README.md").read_text().splitlines()
    for row in measured["variants"]:
        assert len(row["seeds"]) >= 2
        change = f"{100 * row['difference']:+.1f} ± {100 * row['difference_standard_error']:.1f}"
        if not row["difference"]:
            change = ""
        cells = (figure(row["accuracy"], row["standard_error"]), change)
        relative = f"{row['relative_seconds']:.2f}"
        assert f"| {row['variant']} | {' | '.join(cells)} | {relative} |" in lines


def test_warm_starts_in_the_readme_are_the_replayed_ones() -> None:
    replayed = json.loads((RESULTS / "replay" / "warm.json").read_text())
    text = (PROJECT / "README.md").read_text()
    for row in replayed["searches"].values():
        saved, end = row["trials_saved"], (row["mean_final_accuracy"], row["standard_error"])
        gain = f"{saved['mean']:.1f} ± {saved['standard_error']:.1f}" if saved["mean"] else ""
        until = f"{row['trials_to_the_level']['0.5']:.0f}"
        assert f" | {until} | {gain} | {figure(*end)} |\n" in text
    assert replayed["repetitions"] == 50


def effect(row: dict[str, float]) -> str:
    return f"{row['points']:+.1f} ± {row['points_standard_error']:.1f}"
