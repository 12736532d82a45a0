"""What the pages say of searches, spaces and the winner is what was measured."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest
from published_tables import PROJECT, RESULTS, figure, read, rows, text

from benchmarks.published.pages import pages
from hpo.study.file import load_study


def test_recorded_configurations_are_counted() -> None:
    for file, cells in rows("recordings"):
        curves = json.loads(gzip.decompress((RESULTS / file).read_bytes()))["curves"]
        repeats = sum(curve["repeat"] > 0 for curve in curves)
        assert cells[1:3] == [str(len(curves) - repeats), str(repeats)]
    assert rows("recordings")[0][1][1:3] == ["200", "25"]


def test_what_stands_beside_a_median_says_what_it_is_the_error_of() -> None:
    """Replays' files hold the error of the mean over their repetitions, and none of the median."""
    medians = 0
    for page in pages(PROJECT):
        for table in re.findall(r"<!-- table .*?<!-- end", text(page), re.DOTALL):
            head, _, *lines = [line.split("|") for line in table.splitlines() if line[:1] == "|"]
            for place, name in enumerate(head):
                if "median" in name and any("±" in line[place] for line in lines):
                    medians += 1
                    assert "error of the mean" in name, (page, name)
    assert medians > 5


def test_numbers_of_trials_in_prose_are_those_of_the_studies_and_their_runs() -> None:
    searches, results = (
        " ".join(text(Path(f"docs/{page}.md")).split()) for page in ("searches", "results")
    )
    trials = load_study("compact").trials
    assert f"train {trials} random configurations to their end, as many as the study" in searches
    earlier = read("compact-9-epochs.json")
    done = sum(earlier["trials"].values())
    assert done == earlier["budget"]["trials"]
    assert f"was stopped after {done} of the" in searches
    deep = load_study("deep")
    assert f"{deep.trials} trials of {deep.train['epochs']} epochs" in results


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


@pytest.mark.parametrize(
    ("name", "length", "repetitions"),
    [("first-rungs", 6, 50), ("first-rungs-budgets", 4, 50), ("first-rungs-tried", 2, 20)],
)
def test_searches_that_learn_from_first_rungs_are_the_replayed_ones(
    name: str, length: int, repetitions: int
) -> None:
    table = rows(name)
    assert len(table) == length
    for file, cells in table:
        replayed = read(file)
        assert replayed["repetitions"] == repetitions
        found = []
        for row in replayed["searches"].values():
            end = figure(row["final_accuracy"]["0.5"], row["standard_error"])
            part = row["part_of_the_time_to_the_level"]["0.5"]
            found.append(f"{end} ({'never' if part is None else f'{part:.2f}'})")
        assert cells[1:] == found


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


def test_real_searches_of_samplers_are_the_measured_ones() -> None:
    shown_rows = rows("real-searches-of-samplers")
    for space in ("compact", "deep"):
        measured = read(f"replay/equal-time-{space}.json")["searches"]
        of_space = [
            cells for file, cells in shown_rows if file == f"replay/equal-time-{space}.json"
        ]
        assert [cells[0].partition("]")[0] for cells in of_space] == [
            f"[`{space}`, `{search}`" for search in measured[0]
        ]
        for search, cells in zip(measured[0], of_space, strict=True):
            assert cells[1] == ", ".join(str(one[search]["complete"]) for one in measured)
            assert cells[3] == ", ".join(f"{100 * one[search]['final']:.1f}" for one in measured)
            for cell, of in ((cells[4], "best"), (cells[5], "winner")):
                stood = [one[search]["at_first_rung"][of] for one in measured]
                assert cell == ", ".join(f"{100 * value:.1f}" for value in stood)


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


def test_searches_that_end_by_themselves_are_the_replayed_ones() -> None:
    replayed = read("replay/early-stop.json")
    for row, (_, cells) in zip(replayed["rules"], rows("early-stops"), strict=True):
        saved, lost = row["time_saved"], row["points_lost"]
        next_ones = row["points_that_the_next_trials_gained"]
        assert f"`gain = {row['gain']}`, `trials = {row['trials']}`" in cells[0]
        assert cells[1:4] == [
            f"{100 * saved['mean']:.0f} ± {100 * saved['standard_error']:.0f}",
            f"{lost['mean']:.2f} ± {lost['standard_error']:.2f}",
            f"{next_ones['mean']:.2f} ± {next_ones['standard_error']:.2f}",
        ]
    assert replayed["trials"] == 200


def effect(row: dict[str, float]) -> str:
    return f"{row['points']:+.1f} ± {row['points_standard_error']:.1f}"
