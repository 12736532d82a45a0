"""A trained network put to use on folders of pictures, by the function and by the command."""

from __future__ import annotations

import csv
import json
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from short_training import CONFIG
from typer.testing import CliRunner

from benchmarks.winner.disturbances import everything
from benchmarks.winner.scenes import page_of
from data.collection import Collection
from data.sources.scans import pictures_of, read_drawing
from model.evaluation.classify import classify
from model.network.siamese import SiameseNetwork
from run_study import app

CPU = torch.device("cpu")
WAY = 20


def right(network: SiameseNetwork, drawn: tuple[Any, Any]) -> float:
    """How many answers are right, of runs of twenty."""
    support, query = (pictures_of(list(side), CONFIG.network.size) for side in drawn)
    found = [
        classify(network, CONFIG, known, new).classes.argmax(1) == torch.arange(WAY)
        for known, new in zip(support.split(WAY), query.split(WAY), strict=True)
    ]
    return float(torch.cat(found).double().mean())


def test_disturbed_pictures_are_classified_nearly_as_well(
    network: SiameseNetwork, drawn: tuple[Any, Any], tmp_path: Path
) -> None:
    dice = np.random.default_rng(0)

    def prepared(drawing: Any) -> Any:  # noqa: ANN401
        (tmp_path / "picture").write_bytes(everything(drawing, dice))
        return read_drawing(tmp_path / "picture").ink

    plain = right(network, drawn)
    assert plain > 0.5
    disturbed = right(network, tuple([prepared(d) for d in side] for side in drawn))
    assert disturbed > plain - 0.06


def test_probabilities_are_the_scores_softmax_at_the_losses_temperature(
    network: SiameseNetwork, drawn: tuple[Any, Any]
) -> None:
    known, new = (pictures_of(list(side[:5]), CONFIG.network.size) for side in drawn)
    with torch.inference_mode():
        left, right = (network.embed(p.unsqueeze(1).float() / 255) for p in (new, known))
        scores = network.score(left, right)
    for loss, temperature, divisor in (
        ("nca", 1.0, 1),
        ("nca", 4.0, 4),
        ("one-shot", 4.0, 4),
        ("batch-pairs", 4.0, 1),
    ):
        train = CONFIG.train.model_copy(update={"loss": loss, "temperature": temperature})
        config = CONFIG.model_copy(update={"train": train})
        answers = classify(network, config, known, new)
        torch.testing.assert_close(answers.classes, (scores / divisor).softmax(1))
        torch.testing.assert_close(answers.same, scores.sigmoid())


def test_a_class_is_as_like_as_its_pictures_are_on_average(
    network: SiameseNetwork, drawn: tuple[Any, Any]
) -> None:
    known, new = (pictures_of(list(side[:6]), CONFIG.network.size) for side in drawn)
    alone = classify(network, CONFIG, known, new).scores
    owners = torch.tensor([0, 1, 0, 1, 1, 2])
    scores = classify(network, CONFIG, known, new, owners).scores
    expected = [alone[:, [0, 2]], alone[:, [1, 3, 4]], alone[:, [5]]]
    torch.testing.assert_close(scores, torch.stack([part.mean(1) for part in expected], 1))


def test_classes_probabilities_and_a_contact_sheet(folders: list[str], tmp_path: Path) -> None:
    result = CliRunner().invoke(app, [*folders, "--json", "--output", str(tmp_path / "out")])
    assert result.exit_code == 0, result.output
    assert len(result.stderr.splitlines()) == 1  # nobody chose when to say unknown
    answers = json.loads(result.stdout)
    assert answers["classes"] == [f"s{number}" for number in range(8)]
    rows = answers["queries"]
    assert [row["file"] for row in rows] == [f"q{number}.png" for number in range(8)]
    for row in rows:
        assert sum(row["probabilities"].values()) == pytest.approx(1)
        assert row["probability"] == row["probabilities"][row["nearest"]]
        assert row["class"] == (row["nearest"] if row["known"] >= answers["least"] else "unknown")
        assert row["probability"] == max(row["probabilities"].values())
        assert 0 <= row["same"] <= 1
    # Of eight classes chance gets one right.
    assert sum(row["nearest"] == row["file"].replace("q", "s")[:2] for row in rows) >= 4
    with (tmp_path / "out" / "classes.csv").open() as file:
        table = list(csv.DictReader(file))
    assert [row["class"] for row in table] == [row["class"] for row in rows]
    with Image.open(tmp_path / "out" / "contact-sheet.png") as sheet:
        assert sheet.width > 3 * 3 * 105
        assert sheet.height > 3 * 105
        assert len(sheet.getcolors(1 << 20) or []) > 20
    shown = CliRunner().invoke(app, folders).stdout
    for row in rows:
        (cells,) = (c for c in map(str.split, shown.splitlines()) if row["file"] in c)
        assert cells[1] == row["class"]
        shown_of = {"same": cells[2]}
        if row["class"] != "unknown":
            shown_of = {"probability": cells[2], "same": cells[3]}
        for key, cell in shown_of.items():
            bounds = {"<0.1": 0.025, ">99.9": 99.975}
            near = bounds[cell] if cell in bounds else float(cell)
            assert 100 * row[key] == pytest.approx(near, abs=0.051)


def test_its_own_contact_sheet_is_no_query(folders: list[str], tmp_path: Path) -> None:
    words = [*folders, "--json", "--output", str(tmp_path / "query")]
    first, second = (CliRunner().invoke(app, words) for _ in range(2))
    assert (first.exit_code, second.exit_code) == (0, 0), second.output
    assert json.loads(second.stdout)["queries"] == json.loads(first.stdout)["queries"]
    assert second.stderr.splitlines()[1:] == [
        f"skipped {tmp_path}/query/classes.csv: no picture",
        f"skipped {tmp_path}/query/contact-sheet.png: a contact sheet",
    ]


def test_wrong_files_are_named_and_skipped(folders: list[str], tmp_path: Path) -> None:
    support, query = tmp_path / "support", tmp_path / "query"
    (support / ".DS_Store").write_bytes(b"no picture")
    shutil.copy(support / "s0.png", support / "s0.jpg")
    (query / "notes.txt").write_text("no picture")
    (query / "empty.png").touch()
    (query / "folder").mkdir()
    whole = (query / "q1.png").read_bytes()
    (query / "half.png").write_bytes(whole[: len(whole) * 2 // 3])
    Image.new("L", (30, 30), 200).save(query / "blank.png")
    result = CliRunner().invoke(app, [*folders, "--json"])
    assert result.exit_code == 0, result.output
    lines = result.stderr.splitlines()[1:]
    assert lines[0] == f"skipped {support / 's0.png'}: class s0 is that of s0.jpg"
    assert lines[1] == f"skipped {query / 'blank.png'}: no drawing on it"
    assert lines[2:4] == [
        f"skipped {query / 'empty.png'}: empty",
        f"skipped {query / 'folder'}: a folder",
    ]
    assert lines[4].startswith(f"skipped {query / 'half.png'}: cannot be read: ")
    assert lines[5:] == [f"skipped {query / 'notes.txt'}: no picture"]
    answers = json.loads(result.stdout)
    assert len(answers["queries"]) == 8
    assert [f"skipped {s['file']}: {s['reason']}" for s in answers["skipped"]] == lines


def test_file_names_may_be_any(folders: list[str], tmp_path: Path) -> None:
    query = tmp_path / "query"
    for number, name in enumerate((b"two\nlines.png", b"caf\xe9.png")):
        (query / f"q{number}.png").rename(query / os.fsdecode(name))
    (query / os.fsdecode(b"\xe9.txt")).write_text("no picture")
    result = CliRunner().invoke(app, [*folders, "--json", "--output", str(tmp_path / "out")])
    assert result.exit_code == 0, result.output
    assert result.stderr.endswith(f"\nskipped {query}/\ufffd.txt: no picture\n")
    files = {row["file"] for row in json.loads(result.stdout)["queries"]}
    assert {"two\nlines.png", "caf\ufffd.png"} < files
    with (tmp_path / "out" / "classes.csv").open(newline="", encoding="utf-8") as file:
        assert {row["file"] for row in csv.DictReader(file)} == files
    with Image.open(tmp_path / "out" / "contact-sheet.png") as sheet:
        assert sheet.width > 3 * 3 * 105


def test_nothing_to_use_is_an_error(folders: list[str], tmp_path: Path) -> None:
    def refused(*words: str) -> str:
        result = CliRunner().invoke(app, words)
        assert result.exit_code == 2, result.output
        assert result.stdout == ""
        return result.stderr.splitlines()[-1]

    empty = tmp_path / "empty"
    empty.mkdir()
    for option, place in (("--support", 2), ("--query", 4)):
        words = folders.copy()
        for path, said in (
            (empty, "holds no picture with a drawing on it"),
            (tmp_path / "none", "no such folder"),
        ):
            words[place + 1] = str(path)
            assert refused(*words) == f"error: {option} {path}: {said}"
    words = [*folders[:3], str(tmp_path / "network" / "best.safetensors"), *folders[4:]]
    assert refused(*words).endswith(": is no folder, and holds no support that classify kept")
    shutil.copy(tmp_path / "support" / "s0.png", tmp_path / "support" / "unknown.png")
    assert "no class may be named unknown" in refused(*folders)
    words = [folders[0], str(empty), *folders[2:]]
    assert refused(*words).startswith(f"error: {empty}: holds no best.safetensors, ")


def answers_to(*words: str) -> Any:  # noqa: ANN401
    result = CliRunner().invoke(app, [*words, "--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_folder_a_class_and_numbered_pictures_are_several_shots(
    folders: list[str], tmp_path: Path
) -> None:
    support = tmp_path / "support"
    pictures = sorted(support.iterdir())
    for number, picture in enumerate(pictures):  # s0, s0, s1, s1, ...
        (support / f"s{number // 2}").mkdir(exist_ok=True)
        picture.rename(support / f"s{number // 2}" / f"{number}.png")
    in_folders = answers_to(*folders)
    assert in_folders["shots"] == {"s0": 2, "s1": 2, "s2": 2, "s3": 2}
    for number in range(8):
        folder = support / f"s{number // 2}"
        (folder / f"{number}.png").rename(support / f"s{number // 2}_{number}.png")
    for folder in support.glob("s?"):
        folder.rmdir()
    assert answers_to(*folders) == in_folders
    # One name with numbers alone is no class of its own: there would be nothing to tell apart.
    for number, picture in enumerate(sorted(support.iterdir())):
        picture.rename(support / f"letter_{number}.png")
    assert answers_to(*folders)["classes"] == [f"letter_{number}" for number in range(8)]


def test_a_prepared_support_is_kept_and_one_picture_is_asked(
    folders: list[str], tmp_path: Path
) -> None:
    kept, one = tmp_path / "kept.support", tmp_path / "query" / "q1.png"
    whole = answers_to(*folders, "--keep", str(kept))
    shutil.rmtree(tmp_path / "support")
    words = ["classify", folders[1], "--support", str(kept)]
    assert answers_to(*words, "--query", str(tmp_path / "query")) == whole
    (row,) = answers_to(*words, "--query", str(one))["queries"]
    assert row["file"] == "q1.png"
    assert row["nearest"] == whole["queries"][1]["nearest"]


def test_each_drawing_of_a_page_is_a_row(
    folders: list[str], drawn: tuple[Any, Any], tmp_path: Path
) -> None:
    page = page_of(list(drawn[1][:6]), np.random.default_rng(0))
    (tmp_path / "page.jpg").write_bytes(page)
    words = [*folders[:4], "--query", str(tmp_path / "page.jpg"), "--output", str(tmp_path / "out")]
    rows = answers_to(*words)["queries"]
    assert [(row["file"], row["drawing"], row["drawings"]) for row in rows] == [
        ("page.jpg", number, 6) for number in range(1, 7)
    ]
    assert sum(row["nearest"] == f"s{number}" for number, row in enumerate(rows)) >= 3
    (tmp_path / "support" / "page.jpg").write_bytes(page)
    result = CliRunner().invoke(app, folders)
    assert "page.jpg: 6 drawings on it, where one is wanted" in result.stderr


def test_calibrate_chooses_when_the_answer_is_unknown(
    folders: list[str], collection: Collection, tmp_path: Path
) -> None:
    (tmp_path / "network" / "results.json").write_text(json.dumps({"dataset": collection.name}))
    chosen = CliRunner().invoke(app, ["calibrate", folders[1], "--json"])
    assert chosen.exit_code == 0, chosen.output
    document = json.loads(chosen.stdout)
    assert document == json.loads((tmp_path / "network" / "rejection.json").read_text())
    one, *_, three = document["quality"]
    assert 0 < one["false_refusal"] < 0.5
    assert 0 < one["false_acceptance"] < 0.5
    assert three["accuracy"] > one["accuracy"]
    result = CliRunner().invoke(app, [*folders, "--json"])
    assert result.stderr == ""
    assert json.loads(result.stdout)["least"] == document["rejection"]["least"]
    (tmp_path / "network" / "rejection.json").write_text("{}")
    result = CliRunner().invoke(app, folders)
    assert result.exit_code == 2
    assert "is not what calibrate writes" in result.stderr
