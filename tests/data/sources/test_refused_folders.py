"""Folders of one's own that cannot be used: said in one line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from own_folder import draw, draw_alphabet, load
from PIL import Image

from data.errors import InputError
from data.sources.picture_files import is_picture


def empty(root: Path) -> None:
    root.mkdir()


def pictures_alone(root: Path) -> None:
    draw(root / "1.png")


def one_picture_each(root: Path) -> None:
    draw_alphabet(root, 8, 1)


def one_empty_character(root: Path) -> None:
    draw_alphabet(root, 8, 2)
    (root / "nothing").mkdir()


def without_endings(root: Path) -> None:
    draw_alphabet(root, 8, 2)
    (root / "about.txt").touch()
    for number in range(2):
        (root / "c03" / f"{number}.png").rename(root / "c03" / str(number))


def one_without_ending(root: Path) -> None:
    draw_alphabet(root / "a", 8, 2)
    (root / "a" / "c03" / "1.png").rename(root / "a" / "c03" / "1.mpo")


def link_to_nothing(root: Path) -> None:
    draw_alphabet(root, 8, 2)
    (root / "c03" / "1.png").unlink()
    (root / "c03" / "1.png").symlink_to("nowhere")


def no_endings_alone(root: Path) -> None:
    draw(root / "1.png").rename(root / "1")


def two_unreadable(root: Path) -> None:
    draw_alphabet(root, 8, 3)
    for file in ("c02/1.png", "c03/1.png", "c03/2.png"):
        (root / file).write_bytes(b"none")


def unreadable(root: Path) -> None:
    draw_alphabet(root, 8, 2)
    (root / "c03" / "1.png").write_bytes(b"\x89PNG none")


def blank(root: Path) -> None:
    draw_alphabet(root, 8, 2)
    Image.new("L", (50, 50), 255).save(root / "c03" / "1.png")


def huge(root: Path) -> None:
    draw_alphabet(root, 8, 2)
    Image.new("1", (9000, 9000)).save(root / "c03" / "1.png")


def mixed(root: Path) -> None:
    draw_alphabet(root / "a", 8, 2)
    draw(root / "b" / "1.png")


def beside(root: Path) -> None:
    draw_alphabet(root / "a", 8, 2)
    draw(root / "a" / "1.png")


def empty_beside_alphabets(root: Path) -> None:
    draw_alphabet(root / "a", 8, 2)
    (root / "b").mkdir()


def too_deep(root: Path) -> None:
    draw_alphabet(root / "a" / "b", 8, 2)


def loop(root: Path) -> None:
    draw_alphabet(root / "a", 8, 2)
    (root / "b").symlink_to(root)


def few_characters(root: Path) -> None:
    draw_alphabet(root, 5, 2)


def one_character(root: Path) -> None:
    for name in "abc":
        draw_alphabet(root / name, 3, 2)
    draw_alphabet(root / "d", 1, 2)


def same_names(root: Path) -> None:
    draw_alphabet(root, 8, 2)
    for form in ("NFC", "NFD"):
        draw_alphabet(root / unicodedata.normalize(form, "é"), 0, 0)
        for picture in "12":
            draw(root / unicodedata.normalize(form, "é") / f"{picture}.png")


def nothing(root: Path) -> None:
    pass


def a_file(root: Path) -> None:
    root.write_text("")


SHAPE = "; it should hold ALPHABET/CHARACTER/pictures, or CHARACTER/pictures for one alphabet"


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (nothing, "no such folder"),
        (a_file, "not a folder"),
        (empty, "is empty" + SHAPE),
        (pictures_alone, "1.png lies in no character's folder" + SHAPE),
        (
            one_picture_each,
            "character runes/c00 has 1 picture, but each character needs 2 or more",
        ),
        (
            one_empty_character,
            "character runes/nothing has 0 pictures, but each character needs 2 or more",
        ),
        (without_endings, "c03 has 0 pictures, but each character needs 2 or more: skipped 0: no"),
        (one_without_ending, "needs 2 or more: skipped 1.mpo: no picture by its ending"),
        (link_to_nothing, "needs 2 or more: skipped 1.png: no file"),
        (no_endings_alone, "1 lies in no character's folder" + SHAPE),
        (two_unreadable, "needs 2 or more: skipped runes/c03/1.png: no picture"),
        (unreadable, "character runes/c03 has 1 picture, but each character needs 2 or more"),
        (blank, "needs 2 or more: skipped runes/c03/1.png: no drawing on it"),
        (huge, "needs 2 or more: skipped runes/c03/1.png: too large: 81 million pixels"),
        (mixed, "mixes levels: b holds no folder of a character, a folders" + SHAPE),
        (beside, "mixes levels: a holds pictures and folders"),
        (empty_beside_alphabets, "mixes levels: b holds no folder of a character, a folders"),
        (too_deep, "a/b holds folders" + SHAPE),
        (loop, "b/a holds folders" + SHAPE),
        (
            few_characters,
            "alphabet runes has 5 characters, but it needs 6 or more, of which some train, some"
            " validate and some test",
        ),
        (one_character, "alphabet d has 1 character, but each alphabet needs 2 or more"),
        (same_names, "two folders are called runes/é"),
    ],
)
def test_what_is_missing_is_said_in_one_line(
    root: Path, make: Callable[[Path], None], said: str
) -> None:
    make(root)
    with pytest.raises(InputError) as refused:
        load(root)
    line = str(refused.value)
    assert line.startswith(f"folder:{root}: ")
    assert said in line
    assert "\n" not in line


def test_the_endings_in_the_documents_are_those_of_pictures() -> None:
    text = (Path(__file__).parents[3] / "docs" / "own-data.md").read_text()
    told = text.partition("by their endings:")[2].partition("in capitals too")[0]
    endings = re.findall(r"`(\.\w+)`", told)
    assert len(endings) > 10
    assert all(is_picture(Path(f"a{ending}")) for ending in endings)
    assert all(is_picture(Path(f"a{ending.upper()}")) for ending in endings)
