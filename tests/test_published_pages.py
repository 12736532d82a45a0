"""The pages show the published results and no others, and say what each depends on."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from published_tables import ABOUT_FILES, PROJECT, RESULTS, STUDIES, read, rows, text

from benchmarks.published.headline import HEADLINE
from benchmarks.published.markers import shown
from benchmarks.published.pages import pages, written
from benchmarks.published.results import PROVENANCE, Results
from benchmarks.published.tables.registry import TABLES

"""Pages whose every figure stands in a table that is written."""

GENERATED = ("results", "searches", "space", "speed", "reproduce")
"""Pages whose every figure stands in a table that is written."""
HEADLINES = {
    "quick.official",
    "quick.every_pair",
    "quick.seconds",
    "quick.bf16.seconds",
    "time_to.paper_92.seconds",
    "time_to.every_pair_71.seconds",
    "trainer.fraction_of_bare_step.35",
    "trainer.fraction_of_bare_step.105",
    "pairs_per_second.times_usual_loop.35",
    "pairs_per_second.times_usual_loop.105",
    "deep.official",
    "deep.every_pair",
    "compact.official",
    "compact.every_pair",
    "verification.any_two",
    "verification.one_alphabet",
    "mnist.official",
    "win.a.official",
    "win.a.every_pair",
    "win.b.official",
    "win.b.every_pair",
    *(
        f"paper35.{what}"
        for what in (
            *("official", "every_pair", "verification_any_two", "pairs"),
            "search_gain_points",
        )
    ),
}


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
        # Some replays never get there: of their parts there is a median, and no deviation. What
        # asking takes is a mean of thirty proposals, measured as a whole. Pairs are counted.
        counted = entry["unit"] in ("seconds", "pairs")
        once = counted or re.search("part_of_time|asking", entry["name"])
        assert entry["error"] is not None or once
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


def test_the_headline_table_is_drawn_from_headline_json() -> None:
    entries = {entry["name"]: entry for entry in json.loads(text(RESULTS / HEADLINE))}
    table = rows("headline")
    studies = [
        ("paper-search/longest.json", "paper35"),
        ("speed/quick-avx2.json", "quick"),
        ("speed/quick-bf16.json", "quick.bf16"),
        ("compact.json", "compact"),
        ("deep.json", "deep"),
        ("win/bent.json", "win.a"),
        ("win/bent.json", "win.b"),
    ]
    assert [file for file, _ in table] == [file for file, _ in studies]
    for (_, cells), (_, study) in zip(table, studies, strict=True):
        for cell, what in zip(cells[1:3], ("official", "every_pair"), strict=True):
            entry = entries[f"{study}.{what}"]
            assert cell == f"{entry['value']:.1f} ± {entry['error']:.1f}"
