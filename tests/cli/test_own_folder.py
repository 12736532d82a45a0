"""A folder of one's own pictures through the commands: run, join, retrain, test, report, export."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from tiny_study import tiny_study
from typer.testing import CliRunner

from data.collection import Collection
from run_study import app

Refused = Callable[..., str]
pytestmark = pytest.mark.usefixtures("own_cache")


@pytest.fixture
def runes(glyphs: Collection) -> Path:
    """Three alphabets of three characters, each drawn twice."""
    root = Path("runes")
    characters = glyphs.characters(["Glyphs_01", "Glyphs_02", "Glyphs_03"], [1, 2], 105)
    for rows in characters.characters_of:
        for row in rows[:3].tolist():
            folder = root / characters.names[row]
            folder.mkdir(parents=True)
            for drawer in range(2):
                picture = Image.fromarray(255 - characters.pictures[row, drawer].numpy())
                picture.save(folder / f"{drawer}.PNG")
    return root


def done(*words: str) -> tuple[str, str]:
    """What a command that must succeed prints on stdout and stderr."""
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    return result.stdout, result.stderr


def calibrated(network: str, data_root: str) -> str:
    """What `calibrate` says, which has too few pictures here to choose on."""
    result = CliRunner().invoke(app, ("calibrate", network, "--data-root", data_root))
    assert "which takes 200 or more" in " ".join(result.stderr.split())
    return result.stderr


@pytest.mark.usefixtures("runes")
def test_a_study_on_a_folder_from_start_to_end(refused: Refused) -> None:
    Path("tiny.toml").write_text(tiny_study("folder:runes", trials=2))
    stdout, stderr = done("run", "tiny.toml")
    assert (
        "folder:runes: 9 characters, 2 pictures of each character; accuracies are 3-way" in stderr
    )
    assert "  test: 3 characters of 1 alphabet, 2 pictures of each: Glyphs_0" in stderr
    assert stderr.index("  test: ") < stderr.index("trial 0")
    assert "3-way one-shot accuracy" in stdout
    assert "over characters" in stdout
    assert "20-way" not in stdout
    assert "the paper: " not in stdout
    results = json.loads(Path("runs/tiny/results.json").read_text())
    assert (results["dataset"], results["way"]) == ("folder:runes", 3)
    assert results["test"]["trials"] == 6
    assert results["validation"]["standard_error_over"] == "characters"
    assert results["test"]["every_drawer_pair_standard_error"] > 0

    done("report", "tiny")
    page = Path("runs/tiny/report/index.html").read_text()
    assert "3-way" in page
    assert "20-way" not in page
    assert "convolutional siamese net" not in page

    stdout, _ = done("export", "tiny")
    assert 'dataset = "folder:runes"' in stdout
    Path("best.toml").write_text(stdout)
    stdout, stderr = done("retrain", "best.toml", "--output", "net")
    assert "  validate: " in stderr
    assert "3-way one-shot accuracy, validation on folder:runes" in stdout

    measured = json.loads(done("test", "net", "--json")[0])
    assert (measured["dataset"], measured["way"]) == ("folder:runes", 3)
    assert list(measured["one_shot"]["per_alphabet"]) == list(results["test"]["per_alphabet"])

    assert "was trained on" not in done("test", "net")[1]
    # Another alphabet, and another split: what trained may be tested.
    shutil.copytree("runes", "grown")
    shutil.copytree("grown/Glyphs_01", "grown/Glyphs_00")
    said = "net was trained on other pictures than folder:runes holds now"
    for grown in (done("test", "net", "--data-root", "grown")[1], calibrated("net", "grown")):
        assert said in " ".join(grown.split())

    shutil.move("runes", "elsewhere")
    assert refused("join", "tiny") == "error: folder:runes: no such folder"
    Path("elsewhere/Glyphs_01/character01/0.PNG").unlink()
    shutil.copy("elsewhere/Glyphs_01/character02/0.PNG", "elsewhere/Glyphs_01/character01/0.PNG")
    assert "study tiny: is on another folder:runes than this machine's" in refused(
        "join", "tiny", "--data-root", "elsewhere"
    )


@pytest.mark.usefixtures("runes")
def test_another_data_set_gives_the_study_another_name() -> None:
    Path("tiny.toml").write_text(tiny_study("glyphs", trials=1))
    done("run", "tiny.toml", "--dataset", "folder:runes")
    assert json.loads(Path("runs/tiny-runes/results.json").read_text())["dataset"] == "folder:runes"


def test_a_folder_with_too_little_leaves_nothing(refused: Refused) -> None:
    Path("tiny.toml").write_text(tiny_study("folder:runes"))
    assert refused("run", "tiny.toml") == "error: folder:runes: no such folder"
    Path("runes/a").mkdir(parents=True)
    said = (
        "error: folder:runes: character runes/a has 0 pictures, but each character needs 2 or more"
    )
    assert refused("run", "tiny.toml") == said
    assert refused("run", "glyphs", "--dataset", "folder:runes") == said


def test_a_mistyped_data_set(refused: Refused, glyphs_config: str) -> None:
    Path("c.toml").write_text(glyphs_config)
    allowed = "should be 'auto', 'folder:PATH', 'omniglot' or 'glyphs', not 'mnist'"
    assert refused("run", "glyphs", "--dataset", "mnist") == f"error: --dataset: {allowed}"
    words = ("retrain", "c.toml", "--output", "net", "--dataset", "mnist")
    assert refused(*words) == f"error: --dataset: {allowed}"
    Path("tiny.toml").write_text(tiny_study("mnist"))
    assert refused("run", "tiny.toml") == f"error: tiny.toml: dataset: {allowed}"


def test_a_network_tells_a_folders_characters_apart(
    runes: Path, glyphs_config: str, refused: Refused
) -> None:
    Path("c.toml").write_text(glyphs_config)
    done("retrain", "c.toml", "--output", "net", "--dataset", "glyphs")
    stdout, _ = done("test", "net", "--data", str(runes), "--output", "found", "--json")
    found = json.loads(stdout)
    assert (found["way"], found["characters"], found["pictures"]) == (3, 9, 2)
    assert list(found["per_alphabet"]) == ["Glyphs_01", "Glyphs_02", "Glyphs_03"]
    assert found["standard_error"] > 0
    # Three characters, 3-way: what is not right is a confusion.
    wrong = sum(confusion["share"] for confusion in found["confusions"]) / 9
    assert found["accuracy"] == pytest.approx(1 - wrong)
    with Image.open("found/confusions.png") as picture:
        assert picture.width > 100
    rows = Path("found/confusions.csv").read_text().splitlines()
    assert rows[0] == "alphabet,character,taken_for,share"
    assert len(rows) == 1 + len(found["confusions"])
    assert "3-way one-shot accuracy on folder:runes" in done("test", "net", "--data", "runes")[0]
    single = json.loads(done("test", "net", "--data", "runes/Glyphs_01", "--json")[0])
    assert single["standard_error_over"] == "characters"
    said = "error: --output: goes with --data FOLDER"
    assert refused("test", "net", "--output", "more") == said
    assert refused("test", "net", "--data", "none") == "error: folder:none: no such folder"


@pytest.mark.usefixtures("runes")
def test_a_study_starts_from_a_trained_network(refused: Refused) -> None:
    fixed = tiny_study("glyphs", trials=1).replace("{ choices = [4, 8] }", "4")
    Path("tiny.toml").write_text(fixed)
    done("run", "tiny.toml")
    started = fixed.replace('"tiny"', '"second"').replace(
        "[train]", '[train]\ninitial = "runs/tiny"'
    )
    Path("second.toml").write_text(started)
    done("run", "second.toml", "--dataset", "folder:runes")
    assert 'initial = "runs/tiny"' in Path("runs/second-runes/best.toml").read_text()
    other = started.replace('"second"', '"third"')
    Path("third.toml").write_text(other.replace("units = 8", "units = 9"))
    said = "error: train.initial: runs/tiny: its network.units has 8, not 9; it must be as in the"
    assert refused("run", "third.toml").startswith(said)
    Path("third.toml").write_text(other.replace("runs/tiny", "none"))
    said = "error: train.initial: none: no such folder or file"
    assert refused("run", "third.toml") == said


@pytest.mark.usefixtures("runes")
def test_a_study_learns_from_a_trained_network(refused: Refused) -> None:
    fixed = tiny_study("glyphs", trials=1)
    Path("tiny.toml").write_text(fixed)
    done("run", "tiny.toml")
    taught = fixed.replace('"tiny"', '"third"').replace(
        "[train]", '[train]\nloss = "one-shot"\nteacher = "runs/tiny"'
    )
    Path("third.toml").write_text(taught.replace("runs/tiny", "none"))
    said = "error: train.teacher: none: no such folder or file"
    assert refused("run", "third.toml") == said
    Path("third.toml").write_text(taught.replace("size = 14", "size = 20"))
    said = "error: train.teacher: runs/tiny: takes pictures of 14 pixels; it must take those of the"
    assert refused("run", "third.toml").startswith(said)
    Path("third.toml").write_text(taught)
    done("run", "third.toml", "--dataset", "folder:runes")
    assert 'teacher = "runs/tiny"' in Path("runs/third-runes/best.toml").read_text()
    # It is shown, and not trained, where the network is there no more.
    Path("runs/tiny").rename("moved")
    assert "runs/tiny" in done("run", "third.toml", "--dataset", "folder:runes")[0]
    several = taught.replace('"third"', '"fourth"')
    several = several.replace('"runs/tiny"', '{ choices = ["moved", "none", "runs/third-runes"] }')
    for loss in ('"one-shot"', '{ choices = ["nca", "one-shot", "batch-pairs"] }'):
        Path("fourth.toml").write_text(several.replace('"one-shot"', loss))
        assert refused("run", "fourth.toml") == "error: train.teacher: none: no such folder or file"


def test_nothing_is_written_among_pictures_that_are_read(runes: Path, glyphs_config: str) -> None:
    Path("c.toml").write_text(glyphs_config)
    Path("tiny.toml").write_text(tiny_study("folder:runes", trials=1))
    before = sorted(runes.rglob("*"))
    output = str(runes / "new")
    for words in (
        ("test", "net", "--data", "runes"),
        ("run", "tiny.toml"),
        ("retrain", "c.toml", "--dataset", "folder:runes"),
    ):
        result = CliRunner().invoke(app, (*words, "--output", output))
        assert result.exit_code == 2
        said = f"error: {output}: lies in runes, whose pictures are read; choose a folder elsewhere"
        assert result.stderr.splitlines()[-1] == said
    assert sorted(runes.rglob("*")) == before
