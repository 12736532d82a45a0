"""`python -m benchmarks.published`: what it writes, what it notices, how it ends."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from benchmarks.published.__main__ import PROJECT, main
from benchmarks.published.headline import HEADLINE
from benchmarks.published.results import PROVENANCE, RESULTS, Origin, Results

PAGE = "# A page\n\n<!-- table verification -->\n<!-- end verification -->\n\nAfter it.\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of the published results, with a page in front and one in docs."""
    pictures = shutil.ignore_patterns("*.png", "*.csv", "*.toml")
    shutil.copytree(PROJECT / RESULTS, tmp_path / RESULTS, ignore=pictures)
    (tmp_path / RESULTS / HEADLINE).unlink()
    (tmp_path / "docs").mkdir()
    (tmp_path / "README.md").write_text(PAGE)
    (tmp_path / "docs" / "results.md").write_text(PAGE)
    return tmp_path


def test_tables_are_written_between_markers_and_then_checked(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([], project) == 0
    assert capsys.readouterr().out.splitlines() == [
        "README.md: written",
        "docs/results.md: written",
        "studies/results/headline.json: written",
    ]
    front, page = ((project / name).read_text() for name in ("README.md", "docs/results.md"))
    assert front.startswith("# A page\n\n<!-- table verification -->\n\n| ")
    assert front.endswith(" |\n\n<!-- end verification -->\n\nAfter it.\n")
    assert "](studies/results/verification/deep.json)" in front
    assert page == front.replace("(studies", "(../studies")
    assert main(["--check"], project) == 0
    assert main([], project) == 0  # and nothing is written again
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("changed", ["README.md", "docs/results.md"])
def test_a_changed_figure_is_noticed_and_put_right(
    project: Path, capsys: pytest.CaptureFixture[str], changed: str
) -> None:
    main([], project)
    capsys.readouterr()
    page = project / changed
    whole = page.read_text()
    page.write_text(whole.replace("97.1 ± 0.2", "98.1 ± 0.2"))
    assert page.read_text() != whole
    assert main(["--check"], project) == 1
    assert capsys.readouterr().err == f"{changed}: differs from studies/results\n"
    assert main([], project) == 0
    assert page.read_text() == whole


def test_a_changed_result_is_noticed(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([], project)
    capsys.readouterr()
    file = project / RESULTS / "verification" / "deep.json"
    document = json.loads(file.read_text())
    document["verification_across"]["accuracy"] = 0.5
    file.write_text(json.dumps(document))
    assert main(["--check"], project) == 1
    named = [line.partition(":")[0] for line in capsys.readouterr().err.splitlines()]
    assert named == ["README.md", "docs/results.md", "studies/results/headline.json"]


def test_a_hand_written_headline_is_noticed(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main([], project)
    capsys.readouterr()
    headline = project / RESULTS / HEADLINE
    whole = headline.read_text()
    headline.write_text(whole.replace('"value": 97.', '"value": 99.'))
    assert headline.read_text() != whole
    assert main(["--check"], project) == 1
    assert capsys.readouterr().err == f"{RESULTS / HEADLINE}: differs from studies/results\n"


@pytest.mark.parametrize("arguments", [[], ["--check"]])
def test_an_unknown_table_is_one_line(
    project: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    (project / "docs" / "more.md").write_text("<!-- table nothing -->\n<!-- end nothing -->\n")
    assert main(arguments, project) == 2
    assert capsys.readouterr() == ("", "docs/more.md, line 1: no table is called nothing\n")
    assert (project / "README.md").read_text() == PAGE  # nothing is written by halves


def test_a_missing_result_is_one_line(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / RESULTS / "compact.json").unlink()
    assert main([], project) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("studies/results/compact.json: cannot be read: ")


def test_a_file_that_names_its_commit_is_not_described_by_hand(project: Path) -> None:
    file = project / RESULTS / "quick.json"
    document = json.loads(file.read_text())
    computer = {
        "processor": "A processor",
        "instruction_set": "AVX2",
        "cores": 2,
        "threads": 1,
        "gpu": None,
    }
    file.write_text(json.dumps({**document, "commit": "0123456789ab", "computer": computer}))
    machine = "A processor (AVX2), 2 cores, 1 threads"
    newer = Origin(commit="0123456789ab", machine=machine)
    assert Results(project).origin("quick.json") == newer

    kept = project / RESULTS / PROVENANCE
    files = {"quick.json": {"commit": "0123456789ab", "seconds": 60}}
    kept.write_text(json.dumps({"files": files}))
    noted = newer.model_copy(update={"seconds": 60})
    assert Results(project).origin("quick.json") == noted


def test_a_headline_figure_that_nothing_holds_is_one_line(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = project / RESULTS / PROVENANCE
    document = json.loads(kept.read_text())
    del document["files"]["compact.json"]["seconds"]
    kept.write_text(json.dumps(document))
    assert main([], project) == 2
    said = "studies/results/compact.json: nothing says what compact.seconds is\n"
    assert capsys.readouterr().err == said
