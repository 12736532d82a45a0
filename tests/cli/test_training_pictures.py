"""Trainings on all drawers and on extra alphabets through the commands; every page names them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tiny_study import tiny_study
from typer.testing import CliRunner

from run_study import app

Refused = Callable[..., str]
BESIDES = "all drawers and the alphabets of folder:runes"
pytestmark = pytest.mark.usefixtures("runes")
PICTURES = 'pictures = { drawers = "all", extra = "folder:runes" }\n'


def done(*words: str) -> tuple[str, str]:
    """What a command that must succeed prints on stdout and stderr."""
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    return result.stdout, result.stderr


def in_words(printed: str) -> str:
    """Printed text without its line breaks and boxes."""
    return " ".join(printed.split())


def test_a_study_on_more_pictures_from_start_to_end() -> None:
    Path("more.toml").write_text(tiny_study(trials=2).replace("tiny", "more") + PICTURES)
    Path("plain.toml").write_text(tiny_study(trials=2).replace("tiny", "plain"))
    said = f"was trained on {BESIDES}, beside the training split"
    assert said in in_words(done("run", "more.toml")[0])
    assert "trained on" not in in_words(done("run", "plain.toml")[0])

    done("report", "more")
    page = Path("runs/more/report/index.html").read_text()
    assert f"It was trained on {BESIDES}" in page
    assert "winner, trained on all drawers and extra alphabets</td>" in page

    compared = in_words(done("compare", "more", "plain", "--output", "compared.html")[0])
    line = f"Not comparable: more trains on {BESIDES}, plain on the training split alone"
    assert line in compared
    assert line in in_words(Path("compared.html").read_text())
    assert "trained on besides" in compared

    Path("best.toml").write_text(done("export", "more")[0])
    assert 'extra = "folder:runes"' in Path("best.toml").read_text()
    assert said in in_words(done("retrain", "best.toml", "--output", "net")[0])
    of_net = json.loads(Path("net/results.json").read_text())
    of_study = json.loads(Path("runs/more/results.json").read_text())
    assert of_net["extra_fingerprint"] == of_study["extra_fingerprint"]
    assert "extra_fingerprint" not in json.loads(Path("runs/plain/results.json").read_text())
    assert said in in_words(done("test", "net")[0])
    together = done("combine", "runs/plain", "net", "--output", "both")[0]
    assert f"net: its network was trained on {BESIDES}" in in_words(together)
    assert "runs/plain: its network" not in in_words(together)
    assert (
        json.loads(done("test", "both", "--json")[0])["besides"] == f"{BESIDES} (1 of 2 networks)"
    )

    shutil.copytree("runes", "moved")  # told by its content
    for trained, data in (("runs/more", "moved"), ("net", "runes"), ("both", "./runes")):
        known = f"{trained} was trained on {Path(data)}, beside its data set: its figures here are"
        assert known in in_words(done("test", trained, "--data", data)[1])
    assert "trained on" not in done("test", "runs/plain", "--data", "runes")[1]


def test_a_study_keeps_to_the_extra_alphabets_that_it_began_with(
    runes: Path, refused: Refused
) -> None:
    definition = tiny_study(trials=1) + PICTURES
    for extra, said in (("glyphs", "an alphabet Glyphs_31, as"), ("folder:held", "Glyphs_49, as")):
        shutil.copytree(runes / "Glyphs_01", "held/Glyphs_49", dirs_exist_ok=True)
        Path("tiny.toml").write_text(definition.replace("folder:runes", extra))
        assert said in refused("run", "tiny.toml")
    Path("tiny.toml").write_text(definition)
    done("run", "tiny.toml")
    Path("runs/tiny/results.json").rename("results.json")  # as if the run had not come to its end

    shutil.rmtree("held/Glyphs_49")
    shutil.copytree(runes / "Glyphs_01", "held/Others")
    Path("tiny.toml").write_text(definition.replace("folder:runes", "folder:held"))
    assert "train.pictures.extra" in refused("run", "tiny.toml")
    Path("tiny.toml").write_text(definition)

    shutil.move(runes, "elsewhere")
    for words in (("run", "tiny.toml"), ("join", "tiny")):
        assert refused(*words) == "error: train.pictures.extra: folder:runes: no such folder"

    shutil.copytree("elsewhere", runes)
    changed = runes / "Glyphs_01" / "character01" / "00.png"
    shutil.copy(runes / "Glyphs_01" / "character02" / "00.png", changed)
    for words in (("run", "tiny.toml"), ("join", "tiny")):
        line = refused(*words)
        assert line.startswith("error: study tiny: trains on another folder:runes than this mach")
    shutil.rmtree(runes)
    shutil.move("elsewhere", runes)
    done("run", "tiny.toml", "--trials", "2")


def test_all_drawers_without_extra_alphabets() -> None:
    Path("tiny.toml").write_text(tiny_study(trials=1) + 'pictures = { drawers = "all" }\n')
    said = "was trained on all drawers, beside the training split"
    assert said in in_words(done("run", "tiny.toml")[0])
    for form in ("toml", "json", "yaml"):
        best = f"best.{form}"
        Path(best).write_text(done("export", "tiny", "--format", form)[0])
        assert said in in_words(done("retrain", best, "--output", form)[0])


def test_too_few_pictures_leave_no_study(runes: Path, refused: Refused) -> None:
    for drawing in runes.glob("*/*/1?.png"):
        drawing.unlink()
    Path("tiny.toml").write_text(tiny_study(trials=1) + PICTURES)
    assert refused("run", "tiny.toml") == (
        "error: train.pictures.extra: folder:runes has 10 pictures of each character, but needs 20"
        " or more, as many as drawers train"
    )
    assert not Path("runs/tiny").exists()
