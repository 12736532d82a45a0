"""Lines on stderr, as long as somebody can see them."""

from __future__ import annotations

import io
import os
import sys

import pytest

from data.stderr import LastingStderr, tell


def test_what_nobody_can_see_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    with os.fdopen(writer, "w") as stream:
        monkeypatch.setattr(sys, "stderr", stream)
        lasting = LastingStderr()
        for line in ("one", "two"):
            tell(line)
            lasting.write(f"{line} again\n")
            lasting.flush()
        assert os.read(reader, 100) == b"one\none again\ntwo\ntwo again\n"
        os.close(reader)
        for _ in range(2):
            tell("three")
            lasting.write("three again\n")
            lasting.flush()
        stream.write("by another\n")
        stream.flush()  # fails for nobody


def test_lines_are_no_control_of_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    tell("folder:own\x1b[31mred: reading\nonce")
    assert capsys.readouterr().err == "folder:own\\x1b[31mred: reading\nonce\n"


def test_a_reader_that_is_slow_is_not_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    with io.TextIOWrapper(os.fdopen(writer, "wb", buffering=0), write_through=True) as stream:
        monkeypatch.setattr(sys, "stderr", stream)
        os.write(writer, b"." * 65536)
        tell("too much")
        os.read(reader, 65536)
        tell("seen")
        assert os.read(reader, 100).endswith(b"seen\n")
    os.close(reader)


def test_a_full_disk_takes_no_work_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with open("/dev/full", "w", buffering=1) as stream:
        monkeypatch.setattr(sys, "stderr", stream)
        tell("a line")
        LastingStderr().write("another\n")


def test_without_stderr_nothing_goes_to_stdout(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    tell("a line")
    LastingStderr().write("another\n")
    LastingStderr().flush()
    assert not LastingStderr().isatty()
    assert capsys.readouterr().out == ""
