"""The command line's experiments by name: what is refused, and one from end to end."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from typer.testing import CliRunner

from hpo.runtime.shared_folder import claimed
from model.config_file import read_config
from run_study import app


def test_an_unknown_experiment_names_the_allowed(refused: Callable[..., str]) -> None:
    line = refused("reproduce", "table4")
    assert line.startswith("error: reproduce table4: no such experiment; allowed are table1, ")
    assert line.endswith(" filters and search")


def test_a_named_network_must_be_there_also_where_none_is_needed(
    refused: Callable[..., str],
) -> None:
    line = refused("reproduce", "table1", "--network", "nowhere")
    assert line == "error: --network nowhere: no such folder"


def test_what_measures_a_network_says_where_one_comes_from(
    refused: Callable[..., str], omniglot_root: Path
) -> None:
    line = refused("reproduce", "filters", "--data-root", str(omniglot_root))
    assert "--network runs/quick: holds no trained network" in line
    assert "run_study.py run quick" in line


def test_a_folder_in_which_another_process_works_is_refused(
    glyphs_config: str, refused: Callable[..., str]
) -> None:
    Path("c.toml").write_text(glyphs_config)
    for command in (("retrain", "c.toml"), ("reproduce", "table1")):
        with claimed(Path("out")):
            line = refused(*command, "--output", "out")
        assert line.startswith("error: out: another process works in it; ")
        assert not Path("out").exists()


def test_an_experiment_leaves_its_files(
    glyphs_config: str, omniglot_root: Path, refused: Callable[..., str]
) -> None:
    Path("c.toml").write_text(glyphs_config)
    root = ("--data-root", str(omniglot_root))
    trained = CliRunner().invoke(app, ["retrain", "c.toml", "--output", "net", *root])
    assert trained.exit_code == 0, trained.output
    result = CliRunner().invoke(app, ["reproduce", "filters", "--network", "net", *root])
    assert result.exit_code == 0, result.output
    folder = Path("runs/reproduce/filters")
    assert result.stdout.strip() == (folder / "results.md").read_text().strip()
    document = json.loads((folder / "results.json").read_text())
    assert (document["experiment"], document["dataset"]) == ("filters", "omniglot")
    assert document["versions"]["torch"]
    assert list(folder.glob("*.png"))
    assert read_config(Path("net/best.toml")).network.size == 28
    before = Path("net/results.json").read_bytes()
    line = refused("reproduce", "filters", "--network", "net", "--output", "net", *root)
    assert line == "error: net: holds results of something else than filters; choose another"
    assert Path("net/results.json").read_bytes() == before
