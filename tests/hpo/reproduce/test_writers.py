"""An experiment's table: what JSON, Markdown and the picture say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from matplotlib.figure import Figure
from PIL import Image
from small_disk import small_disk

from data.full_disk import NoRoom
from hpo.reproduce.chart import bars
from hpo.reproduce.table import Column, Measured, Quoted, Row, Table, over_seeds
from hpo.reproduce.writers import About, write_results

ABOUT = About.model_validate(
    {
        "experiment": "ways",
        "dataset": "omniglot",
        "size": "small, 35x35",
        "seeds": 3,
        "seconds": 1.5,
        "versions": {"torch": "2"},
        "fingerprint": "abc",
        "commit": None,
        "computer": {
            "processor": "a processor",
            "instruction_set": "AVX2",
            "cores": 2,
            "threads": 2,
            "gpu": None,
        },
        "device": "cpu",
    }
)
TABLE = Table(
    title="accuracy by ways",
    of="network",
    columns=(Column("2-way"), Column("seconds", percent=False), Column("note")),
    rows=(
        Row("ours", (Measured(0.9876, 0.0012, "3 seeds"), Measured(12.5), "as | is")),
        Row("theirs", (Quoted(0.97, "re-implementation"), None, 7)),
        Row("slower", (None, Measured(12345.6, 234.56, "3 seeds"), None)),
    ),
    notes=("A note.",),
    details={"curve": [1, 2]},
)


def test_markdown_marks_what_is_quoted(tmp_path: Path) -> None:
    text = write_results(TABLE, ABOUT, tmp_path)
    assert text == (tmp_path / "results.md").read_text()
    assert text.splitlines()[2:7] == [
        "| network | 2-way % | seconds | note % |",
        "| --- | --- | --- | --- |",
        "| ours | 98.76 ± 0.12 | 12.5 | as / is |",
        "| theirs | *97.00* |  | 7 |",
        "| slower |  | 12346 ± 234.6 |  |",
    ]
    assert "- A note.\n- ± is the standard error over 3 seeds.\n- In italics: quoted" in text
    assert "(re-implementation)" in text
    assert "small, 35x35" in text
    assert "quotations do not apply" not in text
    elsewhere = write_results(TABLE, ABOUT.model_copy(update={"dataset": "glyphs"}), tmp_path)
    assert "Measured on glyphs, not on Omniglot: quotations do not apply." in elsewhere


def test_json_keeps_every_digit(tmp_path: Path) -> None:
    write_results(TABLE, ABOUT, tmp_path)
    document = json.loads((tmp_path / "results.json").read_text())
    assert document["rows"][0]["network"] == "ours"
    assert document["rows"][0]["2-way"] == {
        "value": 0.9876,
        "standard_error": 0.0012,
        "over": "3 seeds",
    }
    assert document["rows"][1]["2-way"] == {"value": 0.97, "quoted": "re-implementation"}
    assert document["details"] == {"curve": [1, 2]}
    assert document["versions"] == {"torch": "2"}


def test_the_pictures_are_its_own_or_a_bar_chart(tmp_path: Path) -> None:
    write_results(TABLE, ABOUT, tmp_path / "chart")
    assert [path.name for path in (tmp_path / "chart").glob("*.png")] == ["ways.png"]
    with Image.open(tmp_path / "chart" / "ways.png") as picture:
        assert len(picture.convert("RGB").getcolors(1 << 24) or []) > 10  # not a blank page
    own = Table("t", "of", TABLE.columns, TABLE.rows, figures={"curve": Figure()})
    write_results(own, ABOUT, tmp_path / "own")
    assert [path.name for path in (tmp_path / "own").glob("*.png")] == ["curve.png"]


def test_the_bars_are_as_long_as_the_figures() -> None:
    (axes,) = bars(TABLE).axes
    ours, theirs = (bar for bar in axes.patches if bar.get_height())
    assert (ours.get_height(), theirs.get_height()) == (pytest.approx(98.76), 97)
    assert (ours.get_facecolor()[3], theirs.get_facecolor()[3]) == (
        1,
        0,
    )  # what is quoted is hollow


def test_the_mean_over_seeds_has_their_error() -> None:
    mean = over_seeds([Measured(0.8), Measured(0.9), Measured(1.0)])
    assert mean == (pytest.approx(0.9), pytest.approx(0.1 / 3**0.5), "3 seeds")
    alone = Measured(0.8, 0.01, "400 trials")
    assert over_seeds([alone]) == alone


def test_a_row_has_as_many_cells_as_there_are_columns() -> None:
    with pytest.raises(ValueError, match="row short"):
        Table("t", "of", TABLE.columns, (Row("short", (None,)),))


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path) -> None:
    with small_disk(tmp_path, "1m") as disk:
        disk.fill()
        with pytest.raises(NoRoom, match=r"new/ways\.png: cannot be written: no space left on dev"):
            write_results(TABLE, ABOUT, tmp_path / "new")
        assert list((tmp_path / "new").iterdir()) == []
        disk.empty()
        write_results(TABLE, ABOUT, tmp_path / "new")
