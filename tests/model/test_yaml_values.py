"""Values in YAML files are those of YAML 1.2, as they are written; keys are text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from data.errors import InputError
from model.document import read_document


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("010", 10),
        ("-010", -10),
        ("1:30", "1:30"),
        ("1:30.5", "1:30.5"),
        ("0o10", 8),
        ("0x1F", 31),
        ("0b11", "0b11"),
        ("1_000", "1_000"),
        ("1_0.5", "1_0.5"),
        ("0x_", "0x_"),
        ("1.5", 1.5),
        ("1e-4", 1e-4),
        (".5", 0.5),
        ("-.inf", float("-inf")),
        ("+7", 7),
        ("2024-01-02", "2024-01-02"),
        ("2024-13-45", "2024-13-45"),
        ("2024-01-02 10:20:30", "2024-01-02 10:20:30"),
        ("=", "="),
        ("<<", "<<"),
        ("true", True),
        ("~", None),
    ],
)
def test_a_value_is_that_of_yaml_1_2(written: str, value: object, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(f"trials: {written}\n")
    found = read_document(tmp_path / "a.yaml")["trials"]
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    "tagged",
    [
        "!!int 1:30",
        "!!float x",
        "!!bool maybe",
        "!!binary aGVsbG8=",
        "!!set {b, c}",
        "!!omap [b: 1]",
        "!!map [1]",
        "!!python/object:os.system x",
        "!own {b: 1}",
        '! "b"',
    ],
)
def test_a_tag_is_told_with_its_line(tagged: str, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(f"b: 1\na: {tagged}\n")
    told = f"line 2: has a tag, {tagged.split()[0]}; leave it out: {f'a: {tagged}'!r}"
    with pytest.raises(InputError, match=re.escape(told)):
        read_document(tmp_path / "a.yaml")


@pytest.mark.parametrize("key", ["1", "1.5", "true", "~"])
def test_a_key_that_is_no_text_is_told_with_its_line(key: str, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(f"b:\n  {key}: 3\n")
    with pytest.raises(InputError, match=f"line 2: the key '{key}' should be text, in quotes"):
        read_document(tmp_path / "a.yaml")
    (tmp_path / "a.yaml").write_text(f'b:\n  "{key}": 3\n')
    assert read_document(tmp_path / "a.yaml") == {"b": {key: 3}}


def test_tables_that_take_each_others_keys_many_times_over_are_soon_read(tmp_path: Path) -> None:
    """A thousand million references, would each be followed."""
    lines = ["a: &a {x: 1}"]
    for number in range(9):
        before = "*a" if number == 0 else f"*b{number - 1}"
        lines.append(f"b{number}: &b{number}\n  <<: [{', '.join(10 * [before])}]")
    (tmp_path / "a.yaml").write_text("\n".join(lines))
    assert read_document(tmp_path / "a.yaml")["b8"] == {"x": 1}
