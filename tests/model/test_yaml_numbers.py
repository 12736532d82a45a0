"""Numbers in YAML files are those of YAML 1.2, as they are written."""

from __future__ import annotations

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
    ],
)
def test_a_number_is_that_of_yaml_1_2(written: str, value: object, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(f"trials: {written}\n")
    found = read_document(tmp_path / "a.yaml")["trials"]
    assert (found, type(found)) == (value, type(value))


def test_a_number_by_its_tag_alone_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("b: 1\na: !!int 1:30\n")
    with pytest.raises(InputError, match="line 2: is no whole number: 'a: !!int 1:30'"):
        read_document(tmp_path / "a.yaml")
