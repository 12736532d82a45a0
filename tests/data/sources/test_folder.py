"""Folders of one's own pictures: what is read, and how it is split."""

from __future__ import annotations

import os
import shutil
import sys
import unicodedata
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
import torch
from own_folder import draw, draw_alphabet, load
from PIL import Image

from data.errors import InputError
from data.sources import folder as folder_module
from data.sources.folder import load_folder
from data.splits import held_out_characters, paper_splits


def test_alphabets_are_split_whole_and_the_way_is_the_smallest_held_out_ones(root: Path) -> None:
    for number in range(5):
        draw_alphabet(root / f"a{number}", 2 + number, 2)
    collection = load(root)
    splits = paper_splits(collection)
    assert [len(split.alphabets) for split in splits] == [3, 1, 1]
    alphabets = list(chain.from_iterable(split.alphabets for split in splits))
    assert sorted(alphabets) == [f"a{number}" for number in range(5)]
    assert all(split.drawers == (1, 2) for split in splits)
    assert collection.way == min(2 + int(name[1]) for name in collection.evaluation)
    assert {run.alphabet for run in collection.runs} == set(splits.test.alphabets)
    assert all(len(run.characters) == collection.way for run in collection.runs)
    assert held_out_characters(collection, 14, torch.device("cpu")).way == collection.way


@pytest.mark.parametrize("alphabets", [1, 2])
def test_few_alphabets_are_split_by_their_characters(root: Path, alphabets: int) -> None:
    for number in range(alphabets):
        draw_alphabet(root / f"a{number}" if alphabets > 1 else root, 10, 2)
    collection = load(root)
    first = "a0" if alphabets > 1 else "runes"
    splits = paper_splits(collection)
    assert [split.alphabets[0] for split in splits] == [
        f"{first} ({part})" for part in ("training", "validation", "test")
    ]
    counts = [len(collection.characters(*split, size=14).names) for split in splits]
    assert counts == [6 * alphabets, 2 * alphabets, 2 * alphabets]
    names = [name.partition("/")[2] for name in collection.names]
    assert sorted(names) == sorted(f"c{number:02d}" for number in range(10)) * alphabets or (
        sorted(set(names)) == [f"c{number:02d}" for number in range(10)]
    )
    assert collection.way == 2


def test_pictures_stay_with_their_characters_when_these_are_split(root: Path) -> None:
    draw_alphabet(root, 10, 2)
    split, whole = load(root), load(root, whole=True)
    of = {
        name.partition("/")[2]: picture
        for name, picture in zip(whole.names, whole.packed, strict=True)
    }
    for name, picture in zip(split.names, split.packed, strict=True):
        assert np.array_equal(picture, of[name.partition("/")[2]])
    assert not whole.background
    assert whole.evaluation == ("runes",)
    assert whole.way == 10


def test_the_split_is_the_same_wherever_the_folder_is(root: Path, tmp_path: Path) -> None:
    for place in (root, tmp_path / "elsewhere"):
        for number in range(5):
            draw_alphabet(place / f"a{number}", 3, 2)
    one, other = load(root), load_folder(f"folder:{root}", tmp_path / "elsewhere")
    assert (one.background, one.runs, one.name) == (other.background, other.runs, other.name)
    assert one.fingerprint == other.fingerprint


@pytest.mark.parametrize("begun", ["runes", "link", "below/..", "gone"])
def test_a_single_alphabet_is_the_same_wherever_the_folder_is(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, begun: str
) -> None:
    for place in (root, tmp_path / "elsewhere"):
        draw_alphabet(place, 6, 2)
    path = {"link": tmp_path / "link", "below/..": root / "c00" / ".."}.get(begun, root)
    (tmp_path / "link").symlink_to(root)
    one = load_folder(f"folder:{path}")
    if begun == "gone":
        shutil.rmtree(root)
    for elsewhere in (tmp_path / "elsewhere", Path("elsewhere")):
        monkeypatch.chdir(tmp_path)
        other = load_folder(f"folder:{path}", elsewhere)
        assert (other.names, other.runs, other.name) == (one.names, one.runs, one.name)
        assert other.fingerprint == one.fingerprint
    assert one.background == ("runes (training)",)
    assert load_folder("folder:elsewhere").fingerprint != one.fingerprint


def test_as_many_pictures_are_used_as_the_character_with_the_fewest_has(root: Path) -> None:
    draw_alphabet(root, 6, 3)
    draw(root / "c01" / "9.png", 5)
    (root / "c02" / "2.png").unlink()
    collection = load(root)
    assert collection.packed.shape[:2] == (6, 2)
    assert collection.note == (
        "2 pictures of each character (runes/c02 has no more; 6 files are not used)"
    )


def test_every_kind_of_name_and_picture_is_read(root: Path) -> None:
    draw_alphabet(root, 6, 2)
    draw(root / "Ω ∞\n" / "A.PNG", 1)
    draw(root / "Ω ∞\n" / "B.JPEG", 2, size=(3000, 2000))
    (root / "link").symlink_to(root / "c01")
    draw(root / unicodedata.normalize("NFD", "é") / "1.bmp", 3)
    (root / unicodedata.normalize("NFD", "é") / "2.bmp").symlink_to(root / "c02" / "1.png")
    collection = load(root, whole=True)
    assert {"runes/Ω ∞\n", "runes/link", "runes/é"} < set(collection.names)
    assert collection.packed.any(-1).all()


def test_what_is_no_picture_is_passed_over_and_told(root: Path) -> None:
    draw_alphabet(root, 6, 3)
    draw(root / ".hidden" / "1.png")
    draw(root / "c00" / "._0.png")
    (root / "c00" / "Thumbs.db").touch()
    (root / "c01" / "notes.txt").write_text("by hand")
    (root / "c02" / "1.png").write_bytes(b"none")
    (root / "c03" / "gone.png").symlink_to(root / "nowhere")
    os.mkfifo(root / "c04" / "pipe.png")
    collection = load(root)
    assert len(collection.names) == 6
    assert collection.packed.shape[1] == 2
    assert "skipped runes/c02/1.png: no picture (and 3 more)" in collection.note


def test_heic_is_a_picture_with_its_package_and_named_without(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw_alphabet(root, 6, 3)
    pillow_heif = pytest.importorskip("pillow_heif")
    pillow_heif.register_heif_opener()
    for number in range(2):
        with Image.open(root / "c03" / f"{number}.png") as picture:
            picture.save(root / "c03" / f"{number}.HEIC", "HEIF")
        (root / "c03" / f"{number}.png").unlink()
    collection = load(root)
    assert collection.packed.shape[1] == 3
    assert "skipped" not in collection.note
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    (root / "c03" / "0.HEIC").touch()  # another time: read again
    with pytest.raises(InputError, match=r"skipped runes/c03/0\.HEIC: HEIC, which needs pip inst"):
        load(root)


def test_pictures_are_read_once_until_a_file_or_their_preparation_changes(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw_alphabet(root, 6, 3)
    (root / "c01" / "notes.txt").touch()
    first = load(root)
    with monkeypatch.context() as patched:
        patched.setattr(folder_module, "_drawings", None)
        again = load(root)
    assert np.array_equal(first.packed, again.packed)
    assert (first.fingerprint, first.note) == (again.fingerprint, again.note)
    with monkeypatch.context() as patched:
        patched.setattr(folder_module, "PREPARATION", 0)
        patched.setattr(folder_module, "_drawings", None)
        with pytest.raises(TypeError, match="not callable"):  # it is asked for them again
            load(root)
    draw(root / "c01" / "1.png", 40)
    changed = load(root)
    assert changed.fingerprint != first.fingerprint
    assert not np.array_equal(changed.packed, first.packed)


def test_the_fingerprint_is_of_content_and_names(root: Path) -> None:
    draw_alphabet(root, 6, 2)
    first = load(root).fingerprint
    (root / "c01" / "1.png").rename(root / "c01" / "1b.png")
    assert load(root).fingerprint == first
    (root / "c01").rename(root / "c011")
    assert load(root).fingerprint != first


def test_no_alphabet_has_more_pictures_than_can_be_compared(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw_alphabet(root, 6, 5)
    monkeypatch.setattr(folder_module, "MOST_PICTURES", 18)
    assert load(root).packed.shape[1] == 3
