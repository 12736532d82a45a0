"""Files that are no pictures: what systems leave is passed over, the rest told in a line each."""

from __future__ import annotations

import io
import json
import os
import shutil
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from run_study import app


@pytest.fixture
def words(known: Path, tmp_path: Path) -> list[str]:
    """A `classify` command: two classes, and a folder with one of them and much else."""
    query = tmp_path / "query"
    query.mkdir()
    content = (known / "ring.png").read_bytes()
    (query / "a ring Ü 🖋.png").write_bytes(content)
    (query / "cut.png").write_bytes(content[: len(content) // 2])
    (query / "empty.png").touch()
    Image.new("L", (1, 1)).save(query / "pixel.png")
    for name in (".DS_Store", "Thumbs.db", "desktop.ini"):
        (query / name).write_bytes(b"\0\1")
    return ["classify", "--support", str(known), "--query", str(query)]


def test_what_systems_leave_is_passed_over_and_the_rest_named(words: list[str]) -> None:
    result = CliRunner().invoke(app, [*words, "--json"])
    assert result.exit_code == 0, result.output
    (row,) = json.loads(result.stdout)["queries"]
    assert (row["file"], row["class"]) == ("a ring Ü 🖋.png", "ring")
    query = words[-1]
    assert result.stderr.splitlines() == [
        f"skipped {query}/cut.png: cannot be read: it is cut off, or damaged",
        f"skipped {query}/empty.png: empty",
        f"skipped {query}/pixel.png: no drawing on it",
    ]


@pytest.mark.parametrize(
    ("name", "reason"), [("empty.png", "empty"), ("pixel.png", "no drawing on it")]
)
def test_a_single_file_without_a_drawing_is_refused_in_one_line(
    words: list[str], name: str, reason: str
) -> None:
    file = f"{words[-1]}/{name}"
    result = CliRunner().invoke(app, [*words[:-1], file])
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"error: --query {file}: {reason}\n"


def test_an_animation_is_its_first_picture(words: list[str], tmp_path: Path) -> None:
    frames = [Image.open(tmp_path / "known" / f"{name}.png") for name in ("box", "ring")]
    for form in ("GIF", "WEBP"):
        content = io.BytesIO()
        frames[0].save(content, form, save_all=True, append_images=frames[1:], duration=100)
        (tmp_path / "moving").write_bytes(content.getvalue())
        result = CliRunner().invoke(app, [*words[:-1], str(tmp_path / "moving"), "--json"])
        (row,) = json.loads(result.stdout)["queries"]
        assert row["class"] == "box"


def test_that_a_file_holds_more_pictures_is_said(words: list[str], tmp_path: Path) -> None:
    frames = [Image.open(tmp_path / "known" / f"{name}.png") for name in ("box", "ring")]
    file = tmp_path / "scan"
    for form in ("GIF", "PNG", "TIFF", "WEBP"):
        for others in (frames[1:], []):
            frames[0].save(file, form, save_all=True, append_images=others)
            result = CliRunner().invoke(app, [*words[:-1], str(file)])
            assert result.exit_code == 0, result.output
            said = "scan: the file's first picture is taken, the others are left out\n"
            assert result.stderr == (said if others else "")


def test_a_class_without_a_drawing_is_told(words: list[str], tmp_path: Path) -> None:
    known = tmp_path / "known"
    (known / "nothing").mkdir()
    (known / "blank").mkdir()
    (known / "alphabet" / "letter").mkdir(parents=True)
    Image.new("L", (90, 90), 255).save(known / "blank" / "1.png")
    result = CliRunner().invoke(app, [*words, "--json"])
    assert json.loads(result.stdout)["classes"] == ["box", "ring"]
    told = result.stderr.splitlines()
    for line in (
        f"skipped {known}/blank/1.png: no drawing on it",
        f"skipped {known}/blank: no picture with a drawing in it, so there is no class blank",
        f"skipped {known}/nothing: no picture with a drawing in it, so there is no class nothing",
        f"skipped {known}/alphabet: only folders in it, so there is no class alphabet",
    ):
        assert line in told


@pytest.mark.parametrize(
    ("option", "path", "said"),
    [
        ("--query", "n" * 300, "cannot be read: file name too long"),
        ("--support", "n" * 300, "cannot be read: file name too long"),
        ("--query", "round", "cannot be read: too many levels of symbolic links"),
        ("--support", "round", "cannot be read: too many levels of symbolic links"),
        ("--query", "pipe", "not a folder"),
        ("--query", "known/box.png/below", "not a folder"),
        ("--support", "known/box.png", "is no folder, and holds no support that classify kept"),
    ],
)
def test_places_that_are_no_folder_are_refused_in_a_line(
    words: list[str], option: str, path: str, said: str, tmp_path: Path
) -> None:
    (tmp_path / "round").symlink_to("round")
    os.mkfifo(tmp_path / "pipe")
    words[words.index(option) + 1] = str(tmp_path / path)
    result = CliRunner().invoke(app, words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines()[-1] == f"error: {option} {tmp_path / path}: {said}"


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (".", "{}: cannot be written: is a directory"),
        ("known/box.png/kept", "{folder}: cannot be a folder, {folder} is a file"),
    ],
)
def test_a_support_that_cannot_be_kept_is_told_before_anything_is_read(
    words: list[str], place: str, said: str, tmp_path: Path
) -> None:
    path = tmp_path / place
    result = CliRunner().invoke(app, [*words, "--keep", str(path)])
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"error: {said.format(path, folder=path.parent)}\n"


def test_nothing_is_kept_where_nothing_can_be_asked(words: list[str], tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    result = CliRunner().invoke(app, [*words[:-1], f"{words[-1]}/empty.png", "--keep", str(kept)])
    assert result.exit_code == 2
    assert not kept.exists()


def test_class_folders_that_are_not_named_in_utf_8_are_classes(
    words: list[str], tmp_path: Path
) -> None:
    known = tmp_path / "known"
    for name, picture in ((b"b\xff", "box"), (b"r\xff", "ring")):
        folder = known / os.fsdecode(name)
        folder.mkdir()
        (known / f"{picture}.png").rename(folder / f"{picture}.png")
    (tmp_path / "query" / "cut.png").unlink()
    result = CliRunner().invoke(app, [*words, "--json"])
    assert json.loads(result.stdout)["classes"] == ["b�", "r�"], result.output


READ_THE_SAME = [
    (b"r\xff", b"r\xfe", "r\ufffd"),
    ("\u00e9".encode(), "e\u0301".encode(), "\u00e9"),
]


@pytest.mark.parametrize(("one", "other", "read"), READ_THE_SAME)
@pytest.mark.parametrize("folders", [(True, True), (False, True), (False, False)])
def test_classes_whose_names_read_the_same_are_refused(
    words: list[str], tmp_path: Path, folders: tuple[bool, ...], one: bytes, other: bytes, read: str
) -> None:
    known = tmp_path / "known"
    for is_folder, name, picture in zip(folders, (one, other), ("box", "ring"), strict=True):
        target = known / os.fsdecode(name)
        if is_folder:
            target.mkdir()
            target /= "picture"
        (known / f"{picture}.png").rename(target.with_suffix(".png"))
    result = CliRunner().invoke(app, [*words, "--json"])
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        f"error: --support {known}: the names of 2 classes read {read}; every class needs a name"
        " of its own\n"
    )


def test_pictures_of_a_class_are_numbered_in_one_way_of_writing_it(
    words: list[str], tmp_path: Path
) -> None:
    known = tmp_path / "known"
    shutil.copy(known / "box.png", known / "dot.png")
    for number, name in enumerate(("\u00e9_1", "\u00e9_2", "e\u0301_3", "e\u0301_4")):
        shutil.copy(known / ("box.png" if number % 2 else "ring.png"), known / f"{name}.png")
    result = CliRunner().invoke(app, [*words, "--json"])
    assert (result.exit_code, result.stdout) == (2, "")
    assert "the names of 2 classes read \u00e9;" in result.stderr
