"""A worker that is told to end: however often, and wherever it strikes."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

import hpo.runtime.interrupts
from hpo.workers import pool
from hpo.workers.fork_server import start
from hpo.workers.worker import INTERRUPTED, Wire, live

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="no fork server there")


class Removed:
    """Is told to end as it is removed, where Python drops exceptions."""

    def __del__(self) -> None:
        signal.raise_signal(signal.SIGTERM)
        time.sleep(0.01)


def wait(wire: Wire) -> None:
    wire.ready()
    time.sleep(60)


def tidy_up_slowly(wire: Wire) -> None:
    try:
        wait(wire)
    finally:
        time.sleep(0.05)


def drop(wire: Wire) -> None:
    removed = Removed()
    del removed
    wait(wire)


def worker(task: Callable[[Wire], None], log: Path) -> BaseProcess:
    """A worker that does the task, once it has begun to."""
    ours, theirs = Pipe(duplex=False)
    process = start(live, (task, theirs, 1, log), os.environ, ["hpo.run.search_task"])
    theirs.close()
    assert ours.poll(60)
    assert ours.recv() == ("ready", ())
    return process


@pytest.mark.parametrize("task", [wait, tidy_up_slowly])
def test_told_again_and_again_it_ends_as_if_told_once(
    task: Callable[[Wire], None], tmp_path: Path
) -> None:
    for number in range(10):
        log = tmp_path / f"{number}.txt"
        process = worker(task, log)
        assert process.pid is not None
        while process.is_alive():
            with suppress(ProcessLookupError):  # it has just ended
                os.kill(process.pid, signal.SIGTERM)
        assert process.exitcode == INTERRUPTED, log.read_text()
        assert "Traceback" not in log.read_text()
        assert log.read_text().endswith(" INFO interrupted\n")


def test_told_where_python_drops_exceptions_it_ends(tmp_path: Path) -> None:
    ours, theirs = Pipe(duplex=False)
    log = tmp_path / "log.txt"
    process = start(live, (drop, theirs, 1, log), os.environ, ["hpo.run.search_task"])
    process.join(60)
    assert process.exitcode == INTERRUPTED
    assert log.read_text().endswith(" INFO interrupted\n")
    assert "KeyboardInterrupt" not in log.read_text()
    ours.close()


def deaf(wire: Wire) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    wait(wire)


def test_a_second_interrupt_leaves_no_worker_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its folder is removed when it has been ended."""
    monkeypatch.setattr(hpo.runtime.interrupts, "GRACE", 0.3)
    monkeypatch.setattr(pool, "END_PATIENCE", 50.0)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = worker(deaf, tmp_path / "log.txt")
    ours, _ = Pipe(duplex=False)

    def interrupt_as_it_waits() -> None:
        while signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            time.sleep(0.01)
        time.sleep(0.3)
        os.kill(os.getpid(), signal.SIGINT)

    second = threading.Thread(target=interrupt_as_it_waits, daemon=True)
    second.start()
    start_of_end = time.monotonic()
    try:
        with pytest.raises(KeyboardInterrupt):
            pool._end([pool._Worker(deaf, process, ours)])
    finally:
        signal.signal(signal.SIGINT, before)
        second.join()
    assert not process.is_alive()
    assert time.monotonic() - start_of_end < 30
