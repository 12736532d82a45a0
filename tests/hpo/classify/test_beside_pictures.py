"""What lies beside known pictures names no class, and joins none."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, PngImagePlugin
from typer.testing import CliRunner

from hpo.classify.support import read_support
from run_study import app


def numbered(known: Path) -> list[str]:
    """Renames the pictures to letter_0.png and so on, eight of them, and says their classes."""
    for number in range(8):
        shutil.copy(known / ("box.png", "ring.png")[number % 2], known / f"letter_{number}.png")
    for name in ("box.png", "ring.png"):
        (known / name).unlink()
    return [f"letter_{number}" for number in range(8)]


HEIC = b"\0\0\0\x18ftypheic\0\0\0\0"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("ring.json", b"{}"),
        ("ring.AAE", b"<plist/>"),
        ("ring.heic", HEIC),
        ("ring.jpg", b""),
        ("ring", b"no picture"),
    ],
)
def test_a_file_beside_a_picture_takes_no_class(known: Path, name: str, content: bytes) -> None:
    (known / name).write_bytes(content)
    skipped: list[Any] = []
    found = read_support(known, skipped)
    assert found.shots == {"box": 1, "ring": 1}
    assert [Path(file.file).name for file in skipped] == [name]
    assert "is that of" not in skipped[0].reason


def test_two_pictures_of_one_name_are_still_one_class_of_one(known: Path) -> None:
    shutil.copy(known / "ring.png", known / "ring.jpg")
    skipped: list[Any] = []
    assert read_support(known, skipped).shots == {"box": 1, "ring": 1}
    assert [file.reason for file in skipped] == ["class ring is that of ring.jpg"]


@pytest.mark.parametrize("beside", ["notes.txt", "classes.csv", "blank.png", "folder/notes.txt"])
def test_what_is_no_drawing_makes_no_shots_of_classes(known: Path, beside: str) -> None:
    classes = numbered(known)
    path = known / beside
    path.parent.mkdir(exist_ok=True)
    if path.suffix == ".png":
        Image.new("L", (90, 90), 255).save(path)
    else:
        path.write_text("by hand")
    assert read_support(known, []).classes == classes


def test_copies_of_one_picture_are_no_shots_of_a_class(known: Path) -> None:
    for ending in ("bmp", "png"):
        shutil.copy(known / "ring.png", known / f"dot_1.{ending}")
    assert read_support(known, []).shots == {"box": 1, "dot_1": 1, "ring": 1}


def answers(folder: Path, output: Path) -> Any:  # noqa: ANN401
    words = ["--support", str(folder), "--query", str(folder), "--output", str(output), "--json"]
    result = CliRunner().invoke(app, ["classify", *words])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_answers_written_among_known_pictures_change_none(known: Path) -> None:
    classes = numbered(known)
    first, second = (answers(known, known) for _ in range(2))
    assert first["classes"] == classes
    assert second["queries"] == first["queries"]


def test_contact_sheets_of_more_drawings_go_and_what_is_the_users_stays(
    known: Path, tmp_path: Path
) -> None:
    output, many = tmp_path / "out", tmp_path / "many"
    many.mkdir()
    for number in range(125):
        shutil.copy(known / "ring.png", many / f"{number:03d}.png")
    support = ["classify", "--support", str(known), "--output", str(output)]
    assert CliRunner().invoke(app, [*support, "--query", str(many)]).exit_code == 0
    names = {"contact-sheet.png", "contact-sheet-2.png", "contact-sheet-3.png"}
    assert {path.name for path in output.glob("*.png")} == names
    shutil.copy(output / "contact-sheet-2.png", output / "contact-sheet-monday.png")
    shutil.copy(known / "ring.png", output / "contact-sheet-4.png")
    about = PngImagePlugin.PngInfo()
    about.add_text("Title", "mine")
    Image.new("L", (9, 9)).save(output / "contact-sheet-5.png", pnginfo=about)
    (output / "contact-sheet-2.png").unlink()  # a gap, before one that is to go
    assert CliRunner().invoke(app, [*support, "--query", str(known)]).exit_code == 0
    left = {path.name for path in output.glob("*.png")}
    assert left == {
        "contact-sheet.png",
        "contact-sheet-monday.png",
        "contact-sheet-4.png",
        "contact-sheet-5.png",
    }
