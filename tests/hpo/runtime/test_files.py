"""Files that appear whole or not at all, and folders that belong to one study."""

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from data.errors import InputError
from data.full_disk import NoRoom
from hpo.runtime.files import (
    check_folder,
    copy_file,
    read_json,
    write_bytes,
    write_json,
    write_text,
)
from model.network.weights import read_tensors, write_tensors


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


def test_links_are_followed(tmp_path: Path) -> None:
    """Also to what is not there yet, through links of folders, and for networks' weights."""
    (tmp_path / "there").write_text("one")
    (tmp_path / "to-folder").symlink_to("folder")
    for link, target in (("link", "there"), ("dangling", "later"), ("far", "to-folder/file")):
        (tmp_path / link).symlink_to(target)
        write_text(tmp_path / link, "two")
        assert (tmp_path / link).is_symlink()
        assert (tmp_path / target).read_text() == "two"
        assert not (tmp_path / target).is_symlink()
    write_tensors({}, {"a": 1}, tmp_path / "link")
    assert read_tensors(tmp_path / "there") == ({}, {"a": 1})
    assert (tmp_path / "link").is_symlink()
    (tmp_path / "round").symlink_to("round")
    with pytest.raises(InputError, match="round: cannot be written: too many levels of symbolic"):
        write_text(tmp_path / "round", "two")
    names = {"there", "to-folder", "folder", "link", "dangling", "later", "far", "round"}
    assert {path.name for path in tmp_path.iterdir()} == names
    assert [path.name for path in (tmp_path / "folder").iterdir()] == ["file"]


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    content = bytes(200_000)  # more than a pipe holds
    with ThreadPoolExecutor(1) as pool:
        read = pool.submit((tmp_path / "pipe").read_bytes)
        write_bytes(tmp_path / "pipe", content)
        assert read.result(timeout=60) == content
    assert (tmp_path / "pipe").is_fifo()
    assert [path.name for path in tmp_path.iterdir()] == ["pipe"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes devices, and could replace them")
def test_a_device_is_written_to(tmp_path: Path) -> None:
    null, full = tmp_path / "null", tmp_path / "full"
    for path, minor in ((null, 3), (full, 7)):
        os.mknod(path, 0o666 | stat.S_IFCHR, os.makedev(1, minor))
    (tmp_path / "link").symlink_to("null")
    write_text(null, "text")
    write_text(tmp_path / "link", "text")
    with pytest.raises(NoRoom, match="full: cannot be written: no space left on device"):
        write_text(full, "text")
    assert null.is_char_device()
    assert full.is_char_device()
    assert (tmp_path / "link").is_symlink()
    assert len(list(tmp_path.iterdir())) == 3


def test_what_is_open_already_is_added_to(tmp_path: Path) -> None:
    """What /dev/stdout leads to, whatever stdout is."""
    script = "from pathlib import Path; from hpo.runtime.files import write_text\n"
    script += "for text in ('one', 'two'): write_text(Path('/proc/self/fd/1'), text)"
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    assert done.stdout == b"onetwo"
    with (tmp_path / "file").open("wb") as file:
        file.write(b"zero")
        file.flush()
        subprocess.run(command, stdout=file, check=True)
    assert (tmp_path / "file").read_bytes() == b"zeroonetwo"


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
    file.unlink()
    os.mkfifo(file)
    with pytest.raises(InputError, match=r"cannot be read: no file$"):
        read_json(file)
    file.unlink()
    file.write_text("[]")
    with pytest.raises(InputError, match="holds no table"):
        read_json(file)
    file.write_text("{")
    with pytest.raises(InputError, match="cannot be read"):
        read_json(file)


@pytest.mark.parametrize("deep", ["[" * 200_000, '{"a":' * 200_000])
def test_json_that_is_too_deep_is_refused_in_one_line(deep: str, tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    file.write_text(deep)
    with pytest.raises(InputError, match=r"json: cannot be read: its lists .* are too deep$"):
        read_json(file)
    weights = tmp_path / "best.safetensors"
    save_file({"a": torch.zeros(1)}, weights, {"siamese-hpo": deep})
    with pytest.raises(InputError, match="not a siamese-hpo weights file"):
        read_tensors(weights)
