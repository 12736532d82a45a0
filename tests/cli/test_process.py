"""A command's process: streams that are closed or full, interrupts that Python drops."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
WriteStudy = Callable[..., str]
STRUCK = """
import signal, sys, threading, time
from hpo.cli.process import interrupts_are_told, quiet_until_the_work, work

quiet_until_the_work()
start, kill = threading.Thread.start, signal.pthread_kill

def starved(thread):
    start(thread)
    for _ in range(int(sys.argv[4])):  # as of a whole job, and of what has started this process
        signal.raise_signal(int(sys.argv[1]))
    until = time.monotonic() + float(sys.argv[2])  # as where others have the cores
    while time.monotonic() < until:
        pass

threading.Thread.start = starved
lost = int(sys.argv[3])  # attempts that come before the main thread has begun to wait

def noticed(thread, number):
    global lost
    lost -= 1
    if lost < 0:
        kill(thread, number)

signal.pthread_kill = noticed

class Removed:
    def __del__(self):
        signal.raise_signal(int(sys.argv[1]))
        time.sleep(0.01)

def command_line():
    interrupts_are_told(command_line.__code__)
    try:
        removed = Removed()
        del removed
        time.sleep(60)
    except KeyboardInterrupt:
        print("told")
    raise SystemExit(130)

work(command_line)
"""


HELD_BACK = """
from hpo.runtime import dropped_interrupts
from hpo.runtime.interrupts import held_back

dropped_interrupts.AGAIN = 0.2  # so that it comes again while interrupts are held back

def command_line():
    interrupts_are_told(command_line.__code__)
    try:
        removed = Removed()
        del removed
        with held_back():
            time.sleep(0.5)
    except KeyboardInterrupt:
        time.sleep(0.6)
        print("told")
    raise SystemExit(130)

work(command_line)
"""

FAILED = """
import threading, time
from hpo.cli.process import interrupts_are_told, quiet_until_the_work, work

quiet_until_the_work()

def command_line():
    interrupts_are_told(command_line.__code__)
    threading.Thread(target=time.sleep, args=(60,)).start()
    raise ValueError("not foreseen")

work(command_line)
"""


def shell(line: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Runs a line of a shell, in which "$@" is the command line with these words."""
    command = ["sh", "-c", line, "sh", sys.executable, str(PROJECT / "run_study.py"), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("more", [0, 2])
@pytest.mark.parametrize("lost", [0, 2])
@pytest.mark.parametrize("starved", [0.0, 0.2], ids=["at_once", "starved"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_that_strikes_where_python_drops_exceptions_comes_again(
    number: int, starved: float, lost: int, more: int
) -> None:
    words = map(str, (int(number), starved, lost, more))
    process = subprocess.run(
        [sys.executable, "-c", STRUCK, *words],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (process.returncode, process.stdout, process.stderr) == (130, "told\n", "")


def test_an_interrupt_that_comes_again_while_they_are_held_back_is_told_once() -> None:
    script = STRUCK[: STRUCK.index("def command_line")] + HELD_BACK
    process = subprocess.run(
        [sys.executable, "-c", script, str(int(signal.SIGTERM)), "0.1", "0", "0"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (process.returncode, process.stdout, process.stderr) == (130, "told\n", "")


def test_an_interrupt_ends_what_waits_after_an_unforeseen_failure() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", FAILED], cwd=PROJECT, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line == "ValueError: not foreseen\n":
            break
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (1, "")


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
def test_a_stream_that_is_closed_is_nobodys(closed: str, write_study: WriteStudy) -> None:
    """Neither does a command fail for it, nor does its text go into another file."""
    done = shell(f'"$@" {closed}', "run", write_study(trials=1, epochs=1))
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert Path("runs/tiny/results.json").exists()
    assert Path("runs/tiny/study.db").read_bytes().startswith(b"SQLite format 3")
    done = shell(f'"$@" {closed}', "status", "nowhere")
    assert done.returncode == 2
    if "2>" not in closed:
        assert done.stderr.startswith("error: study nowhere: ")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
@pytest.mark.parametrize("words", [("--help",), ("--version",), ("run", "--help")])
def test_help_that_stdout_does_not_take(words: tuple[str, ...]) -> None:
    done = shell('"$@" > /dev/full', *words)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("failed: ")
    assert "no space left on device" in line.lower()
