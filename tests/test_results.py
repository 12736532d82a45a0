"""The pages show the published results and no others, and these are whole."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from benchmarks.published.headline import HEADLINE
from benchmarks.published.markers import shown
from benchmarks.published.pages import pages, written
from benchmarks.published.results import PROVENANCE, Results
from benchmarks.published.tables.registry import TABLES
from hpo.reproduce.registry import EXPERIMENTS
from model.config import RunConfig
from model.config_file import read_config

PROJECT = Path(__file__).parents[1]
RESULTS = PROJECT / "studies" / "results"
ABOUT_FILES = {HEADLINE, PROVENANCE}
STUDIES = sorted(path for path in RESULTS.glob("*.json") if path.name not in ABOUT_FILES)
GENERATED = ("results", "searches", "space", "speed", "reproduce")
"""Pages whose every figure stands in a table that is written."""

HEADLINES = {
    "quick.official",
    "quick.every_pair",
    "quick.seconds",
    "deep.official",
    "deep.every_pair",
    "compact.official",
    "compact.every_pair",
    "verification.any_two",
    "verification.one_alphabet",
    "mnist.official",
}


def figure(value: float, error: float) -> str:
    return f"{100 * value:.1f} ± {100 * error:.1f}"


def text(page: Path) -> str:
    return (PROJECT / page).read_text(encoding="utf-8")


def rows(name: str) -> list[tuple[str, list[str]]]:
    """The rows of a table on the pages: the published file that each leads to, and its cells."""
    found = []
    for page in pages(PROJECT):
        between = text(page).partition(f"<!-- table {name} -->")[2]
        for line in between.partition(f"<!-- end {name} -->")[0].splitlines():
            link = re.search(r"\((?:\.\./)?studies/results/([\w./-]+)\)", line)
            if line.startswith("|") and link:
                found.append((link[1], [cell.strip() for cell in line.split("|")[1:-1]]))
    return found


def read(file: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((RESULTS / file).read_text())
    return document


def fingerprint() -> str:
    """Of the data set that the study's published results are of."""
    found: str = read("quick.json")["fingerprint"]
    return found


@pytest.fixture(scope="module")
def to_be_written() -> dict[Path, str]:
    return written(PROJECT)


@pytest.mark.parametrize("page", pages(PROJECT), ids=str)
def test_a_page_holds_what_the_command_writes(page: Path, to_be_written: dict[Path, str]) -> None:
    assert text(page) == to_be_written[page]


def test_headline_holds_what_the_command_writes(to_be_written: dict[Path, str]) -> None:
    assert text(RESULTS / HEADLINE) == to_be_written[(RESULTS / HEADLINE).relative_to(PROJECT)]


def test_headline_entries_are_complete() -> None:
    entries = json.loads(text(RESULTS / HEADLINE))
    assert {entry["name"] for entry in entries} >= HEADLINES
    for entry in entries:
        assert set(entry) == {
            *("name", "value", "error", "unit", "command", "commit", "machine", "file")
        }
        assert (PROJECT / entry["file"]).is_file()
        assert entry["command"]
        assert entry["machine"]
        assert entry["error"] is not None or entry["unit"] == "seconds"
    named = {entry["name"]: entry for entry in entries}
    test = read("deep.json")["test_over_seeds"]
    assert named["deep.official"]["value"] == pytest.approx(100 * test["one_shot_accuracy"])
    assert named["deep.every_pair"]["error"] == pytest.approx(
        100 * test["every_drawer_pair_standard_error"], abs=1e-4
    )


@pytest.mark.parametrize("name", TABLES)
def test_every_table_is_on_a_page(name: str) -> None:
    assert name in {name for page in pages(PROJECT) for name in shown(text(page))}


@pytest.mark.parametrize("page", GENERATED)
def test_prose_holds_no_measured_figure(page: str) -> None:
    prose = "\n".join(
        line for line in text(Path(f"docs/{page}.md")).splitlines() if not line.startswith("|")
    )
    prose = re.sub(r"```.*?```|`[^`]*`|\([^)\s]*\)", "", prose, flags=re.DOTALL)
    assert re.findall(r"\d+\.\d+|\d+ %|\d ± \d", prose) == []


@pytest.mark.parametrize("page", ["README.md", "docs/design.md"])
def test_figures_in_prose_are_those_of_the_headline_table(page: str) -> None:
    prose = "\n".join(line for line in text(Path(page)).splitlines() if not line.startswith("|"))
    prose = re.sub(r"```.*?```|`[^`]*`|\([^)\s]*\)|Python \S+", "", prose, flags=re.DOTALL)
    table = text(Path("README.md")).partition("<!-- table headline -->")[2].partition("<!-- end")[0]
    assert set(re.findall(r"\d+\.\d+", prose)) <= set(re.findall(r"\d+\.\d+", table))


def test_every_published_result_is_on_a_page() -> None:
    linked = {file for name in TABLES for file, _ in rows(name)}
    published = {
        path.relative_to(RESULTS).as_posix()
        for pattern in ("*.json", "*.jsonl", "*.json.gz")
        for path in RESULTS.rglob(pattern)
    }
    assert published - ABOUT_FILES == linked - {
        f"{n}-best.toml" for n in ("quick", "compact", "deep")
    }


def test_provenance_is_of_files_that_are_there() -> None:
    kept = read(PROVENANCE)["files"]
    assert set(kept) >= {path.name for path in STUDIES if "commit" not in read(path.name)}
    for file in kept:
        assert Results(PROJECT).origin(file).command


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


def test_the_headline_table_is_drawn_from_headline_json() -> None:
    entries = {entry["name"]: entry for entry in json.loads(text(RESULTS / HEADLINE))}
    table = rows("headline")
    assert [file for file, _ in table] == ["quick.json", "compact.json", "deep.json"]
    for file, cells in table:
        study = file.removesuffix(".json")
        for cell, what in zip(cells[1:3], ("official", "every_pair"), strict=True):
            entry = entries[f"{study}.{what}"]
            assert cell == f"{entry['value']:.1f} ± {entry['error']:.1f}"


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
    published = {path.stem for path in (RESULTS / "reproduce").glob("*.json")}
    assert published == {Path(file).stem for file, _ in rows("experiments")} == set(EXPERIMENTS)


@pytest.mark.parametrize(
    ("file", "cells"), rows("experiments"), ids=[cells[1] for _, cells in rows("experiments")]
)
def test_an_experiments_figures_are_the_published_ones(file: str, cells: list[str]) -> None:
    document = read(file)
    assert (document["experiment"], document["dataset"]) == (Path(file).stem, "omniglot")
    assert document["fingerprint"] == fingerprint()
    known = [cell for line in document["rows"] for cell in line.values() if isinstance(cell, dict)]
    _, _, here, original = cells
    if here:
        measured = (cell for cell in known if "standard_error" in cell)
        assert here in {figure(c["value"], c["standard_error"] or 0) for c in measured}
    if original:
        quoted = {f"{100 * cell['value']:.1f}" for cell in known if "quoted" in cell}
        assert set(original.split(" to ")) <= quoted


def test_recorded_configurations_are_counted() -> None:
    for file, cells in rows("recordings"):
        curves = json.loads(gzip.decompress((RESULTS / file).read_bytes()))["curves"]
        repeats = sum(curve["repeat"] > 0 for curve in curves)
        assert cells[1:3] == [str(len(curves) - repeats), str(repeats)]
    assert rows("recordings")[0][1][1:3] == ["200", "25"]


def test_effects_are_the_measured_ones() -> None:
    measured = read("replay/effects.json")
    everywhere, centred = (measured[over]["parameters"] for over in ("all", "centred"))
    table = rows("effects")
    for _, cells in table:
        name = cells[0].split("`")[1]
        assert cells[2] == effect(everywhere[name])
        assert cells[3] == (effect(centred[name]) if name in centred else "")
        assert cells[4] == f"{everywhere[name]['times_the_seconds']:.2f}"
    assert len(table) > 20


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("quality", "searches-9-epochs"),
        ("startup", "startup-trials"),
        ("gp", "gaussian-process"),
        ("quality-27-epochs", "searches"),
    ],
)
def test_searches_are_the_replayed_ones(name: str, table: str) -> None:
    replayed = read(f"replay/{name}.json")
    found = {cells[0].split("`")[1]: cells[1:] for _, cells in rows(table)}
    assert set(found) == set(replayed["searches"])
    for search, row in replayed["searches"].items():
        end, error = row["final_accuracy"]["0.5"], row["standard_error"]
        part = row["part_of_the_time_to_the_level"]["0.5"]
        assert found[search] == [
            figure(end, error),
            "never" if part is None else f"{part:.2f}",
            str(row["repetitions_that_reached_it"]),
        ]
    assert replayed["repetitions"] == 50


def test_what_shorter_times_give_is_what_was_replayed() -> None:
    replayed = read("replay/quality-27-epochs.json")
    parts = [
        f"{row['part_of_the_time_to_the_level']['tpe/successive-halving']:.2f}"
        for row in replayed["earlier"]
    ]
    table = [cells for _, cells in rows("searches-ended-earlier")]
    assert [cells[1] for cells in table[:-1]] == parts
    assert [cells[0].strip("[]").partition("]")[0] for cells in table] == ["24", "48", "72", "96"]
    assert replayed["trials_to_their_end_in_that_time"] == 96


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("equal-time", "real-searches"),
        ("equal-time-9-epochs", "real-searches-9-epochs"),
        ("equal-time-15", "real-searches-9-epochs"),
    ],
)
def test_real_searches_are_the_measured_ones(name: str, table: str) -> None:
    measured = read(f"replay/{name}.json")
    parts = measured["part_of_the_time_to_the_random_searchs_final"]["repetitions"]
    defined, random = (
        figure(measured["final"][arm]["mean"], measured["final"][arm]["standard_error"])
        for arm in ("defined", "random")
    )
    [cells] = [cells for file, cells in rows(table) if file == f"replay/{name}.json"]
    assert (cells[1], cells[3]) == (defined, ", ".join(f"{part:.2f}" for part in parts))
    assert f"| random, without pruning | {random} |" in text(Path("docs/searches.md"))
    assert len(parts) >= 3


def test_searches_cut_earlier_end_as_measured_when_they_are_not_cut() -> None:
    measured = read("replay/equal-time.json")["part_of_the_time_to_the_random_searchs_final"]
    whole = rows("real-searches-ended-earlier")[-1][1]
    assert whole[1] == ", ".join(f"{part:.2f}" for part in measured["repetitions"])
    assert whole[2] == f"{measured['0.5']:.2f}"


def test_shapes_are_the_measured_ones() -> None:
    table = [cells for _, cells in rows("shapes")]
    spaces = read("replay/shapes.json")["spaces"]
    for row, shown_cells in zip(spaces, table, strict=True):
        best = row["best_of_ten"]
        assert shown_cells[0].startswith(f"[`{row['study']}`")
        assert shown_cells[1:] == [
            str(row["configurations"]),
            *(f"{100 * row['quantiles'][q]:.1f}" for q in ("0.25", "0.5", "0.75")),
            figure(best["mean"], best["standard_error"]),
        ]


def test_the_ablation_is_the_measured_one() -> None:
    variants = read("ablation/compact.json")["variants"]
    for row, (_, cells) in zip(variants, rows("ablation"), strict=True):
        assert len(row["seeds"]) >= 2
        change = f"{100 * row['difference']:+.1f} ± {100 * row['difference_standard_error']:.1f}"
        assert cells[0].startswith(f"[{row['variant']}]")
        assert cells[1:] == [
            figure(row["accuracy"], row["standard_error"]),
            change if row["difference"] else "",
            f"{row['relative_seconds']:.2f}",
        ]


def test_warm_starts_are_the_replayed_ones() -> None:
    replayed = read("replay/warm.json")
    searches = replayed["searches"].values()
    for row, (_, cells) in zip(searches, rows("warm-start"), strict=True):
        saved, end = row["trials_saved"], (row["mean_final_accuracy"], row["standard_error"])
        gain = f"{saved['mean']:.1f} ± {saved['standard_error']:.1f}" if saved["mean"] else ""
        assert cells[1:] == [f"{row['trials_to_the_level']['0.5']:.0f}", gain, figure(*end)]
    assert replayed["repetitions"] == 50


def effect(row: dict[str, float]) -> str:
    return f"{row['points']:+.1f} ± {row['points_standard_error']:.1f}"
