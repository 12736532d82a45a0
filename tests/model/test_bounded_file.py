"""Files without an end, or far too large: told in one line, without the memory they would take."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from threading import Timer

import pytest

from data.errors import InputError
from model import bounded_file
from model.document import read_document

PROJECT = Path(__file__).parents[2]
READ = """
import resource, sys
from pathlib import Path
from data.errors import InputError
from model.document import read_document
taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (taken + 300_000_000,) * 2)
try:
    read_document(Path(sys.argv[1]))
except InputError as error:
    print(error)
"""


def read_in_little_memory(path: str | Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", READ, str(path)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stderr == ""
    return done.stdout.removesuffix("\n")


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/urandom"])
def test_a_device_without_an_end_is_too_large(device: str) -> None:
    assert read_in_little_memory(device) == f"{device}: too large, at most 1 MB"


@pytest.mark.parametrize("name", ["a.toml", "a.json", "a.yaml"])
def test_a_file_of_gigabytes_is_too_large(name: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.touch()
    os.truncate(file, 10_000_000_000)
    assert read_in_little_memory(file) == f"{file}: too large, at most 1 MB"


@pytest.mark.parametrize(
    "key", ["a" + ".a" * 50_000, "[" + ".".join(["'a'"] * 50_000) + "]", "b = {a" + " . a" * 50_000]
)
def test_a_key_of_many_parts_is_told_with_its_line(key: str, tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text(f"c = 1\n{key} = 1\n")
    said = read_in_little_memory(file)
    assert said.startswith(f"{file}: line 2: has a key of more than 32 parts: ")
    assert len(said) < 300


def test_what_only_looks_deep_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(
        f'a = "{"." * 100}"\nb = [{"0.5, " * 100}]\n{".".join("x" * 30)} = 1'
    )
    document = read_document(tmp_path / "a.toml")
    assert document["a"] == "." * 100
    assert document["b"] == [0.5] * 100


def test_lines_end_as_windows_ends_them(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes(b'a = """x\r\ny"""\r\nb = 1\r\n')
    assert read_document(tmp_path / "a.toml") == {"a": "x\ny", "b": 1}


def test_a_pipe_that_nobody_writes_to_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded_file, "PATIENCE", 1)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="pipe: gave nothing for 1 seconds"):
        read_document(tmp_path / "pipe")


def test_a_pipe_that_is_written_to_later_is_read(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    later = Timer(0.5, pipe.write_text, [f"a = 1\nb = '{'x' * 200_000}'\n"])
    later.start()
    document = read_document(pipe)
    later.join()
    assert document == {"a": 1, "b": "x" * 200_000}
