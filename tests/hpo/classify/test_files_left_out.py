"""Files that are no pictures: what systems leave is passed over, the rest told in a line each."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from typer.testing import CliRunner

from run_study import app


@pytest.fixture
def words(tmp_path: Path) -> list[str]:
    """A `classify` command: two classes, and a folder with one of them and much else."""
    known, query = tmp_path / "known", tmp_path / "query"
    for folder in (known, query):
        folder.mkdir()
    for name, draw in (
        ("ring", ImageDraw.ImageDraw.ellipse),
        ("box", ImageDraw.ImageDraw.rectangle),
    ):
        picture = Image.new("L", (240, 180), 245)
        draw(ImageDraw.Draw(picture), (70, 40, 170, 140), outline=20, width=5)
        picture.save(known / f"{name}.png")
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
        f"skipped {query}/cut.png: cannot be read: image file is truncated",
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
