"""Files that appear whole or not at all, and folders that belong to one study."""

from pathlib import Path

import pytest

from data.errors import InputError
from hpo.runtime.files import (
    check_folder,
    copy_file,
    read_json,
    write_json,
    write_text,
)


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.txt"
    write_text(path, "one")
    write_text(path, "two")
    copy_file(path, tmp_path / "b.txt")
    assert (path.read_text(), (tmp_path / "b.txt").read_text()) == ("two", "two")
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["a.txt", "b.txt", "new"]


@pytest.mark.parametrize("name", ["folder", "file/below"])
def test_where_no_file_can_be_nothing_is_left(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(InputError, match=f"{name}: cannot be written: [a-z]+"):
        write_text(tmp_path / name, "text")
    with pytest.raises(OSError, match=name.partition("/")[0]):
        copy_file(tmp_path / "file", tmp_path / name)
    assert sorted(tmp_path.rglob("*")) == before
    assert (tmp_path / "file").read_text() == "mine"


def test_a_file_needs_a_name() -> None:
    with pytest.raises(InputError, match="is no file name"):
        write_text(Path(), "text")


def test_a_file_in_the_way_of_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="file is a file"):
        check_folder(tmp_path / "file" / "runs")
    check_folder(tmp_path / "not" / "yet")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_folder_that_cannot_be_looked_for_is_named(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 100) / "runs"
    with pytest.raises(InputError, match=r"long/runs: cannot be a folder: file name too long"):
        check_folder(folder)


def test_json_that_holds_no_table_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    assert read_json(file) is None
    write_json(file, {"a": 1})
    assert read_json(file) == {"a": 1}
    file.write_text("[]")
    with pytest.raises(InputError, match="holds no table"):
        read_json(file)
    file.write_text("{")
    with pytest.raises(InputError, match="cannot be read"):
        read_json(file)
