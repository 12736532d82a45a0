"""How the split of a folder is told."""

from __future__ import annotations

import numpy as np
import pytest

from data.collection import Collection
from data.sources.folder import _split
from hpo.console.own_data import say_split


def said(names: list[str], capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The lines on the parts of a folder whose characters, of three pictures each, are these."""
    drawers = (1, 2, 3)
    alphabets = tuple(dict.fromkeys(name.partition("/")[0] for name in names))
    packed = np.zeros((len(names), 3, 1379), np.uint8)
    whole = Collection(
        "folder:own", "0" * 64, packed, tuple(names), (), alphabets, (), (drawers,) * 3
    )
    say_split(_split(whole))
    return capsys.readouterr().err.splitlines()[1:]


@pytest.mark.parametrize("alphabets", [3, 6])
def test_parts_of_several_alphabets_are_told_by_the_alphabets_names(
    capsys: pytest.CaptureFixture[str], alphabets: int
) -> None:
    owned = {f"letters{number}": 4 + number for number in range(alphabets)}
    lines = said([f"{name}/c{k}" for name, count in owned.items() for k in range(count)], capsys)
    assert [line.partition(":")[0] for line in lines] == ["  train", "  validate", "  test"]
    assert len({line.partition(": ")[2] for line in lines}) == 3
    for name, count in owned.items():
        assert sum(f"{name} ({count})" in line for line in lines) == 1
    assert "  test: " in lines[2]
    assert all("3 pictures of each: " in line and "c0" not in line for line in lines)


def test_parts_of_one_alphabet_are_told_by_the_characters_names(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = said([f"runes/c{k}" for k in range(10)], capsys)
    assert lines[1].startswith("  validate: 2 characters of runes: c")
    told = ", ".join(line.rpartition(": ")[2] for line in lines).split(", ")
    assert sorted(told) == [f"c{k}" for k in range(10)]


def test_parts_of_two_alphabets_are_told_by_both(capsys: pytest.CaptureFixture[str]) -> None:
    lines = said([f"{name}/c{k}" for name in ("runes", "ogham") for k in range(10)], capsys)
    assert lines[0] == (
        "  train: 12 characters, parts of 2 alphabets, 3 pictures of each: runes (6), ogham (6)"
    )
