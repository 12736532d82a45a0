"""The life of a worker process, and what it tells the process that started it."""

from __future__ import annotations

import logging
import os
import signal
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn, Protocol

import torch
from optuna.trial import FrozenTrial

from data.errors import InputError, WorkFailed
from data.full_disk import no_room
from hpo.runtime.dropped_interrupts import come_again, noticed, one_at_a_time, runs
from hpo.runtime.literal_text import VisibleFormatter
from hpo.trials.forecast import Standing
from hpo.trials.outcome import in_words
from hpo.workers.fork_server import let_signals_through
from model.memory import keep_freed_memory
from model.training.epoch_report import EpochReport

INTERRUPTED = 130
"""Exit status of a process that was told to end."""
FORMAT = "%(asctime)s %(levelname)s %(message)s"

log = logging.getLogger(__name__)


class Wire:
    """A reporter to the process that started this one; ends this one when that one has died."""

    def __init__(self, connection: Connection[Any, Any]) -> None:
        self._connection = connection

    def send(self, event: str, *details: Any) -> None:  # noqa: ANN401
        """Calls the method `event` of the `Display` there, with these details."""
        try:
            self._connection.send((event, details))
        except OSError:
            os.kill(os.getpid(), signal.SIGTERM)

    def ready(self) -> None:
        """Tells that this worker has all it needs: if it is killed from now on, it is replaced."""
        self.send("ready")

    def started(self, what: str, epochs: int) -> None:
        log.info("%s: at most %d epochs", what, epochs)
        self.send("started", what, epochs)

    def goes_on(self, report: EpochReport) -> None:
        self.send("goes_on", report)

    def steps_done(self, share: float, pictures_per_second: float) -> None:
        self.send("steps_done", share, pictures_per_second)

    def stands(self, standing: Standing) -> None:
        self.send("stands", standing)

    def epoch_done(self, report: EpochReport) -> None:
        log.info(
            "epoch %d: loss %.4g, accuracy %.1f %%, %.0f pictures/s",
            report.epoch + 1,
            report.loss,
            100 * report.accuracy,
            report.pictures_per_second,
        )
        self.send("epoch_done", report)

    def finished(self, line: str) -> None:
        log.info("%s", line)
        self.send("finished", line)

    def trial_started(self, number: int, epochs: int) -> None:
        self.started(f"trial {number}", epochs)

    def trial_finished(self, trial: FrozenTrial) -> None:
        log.info("trial %d %s", trial.number, in_words(trial))
        self.send("trial_finished", trial)

    def ended(self, line: str) -> None:
        log.info("%s", line)
        self.send("ended", line)


class Task(Protocol):
    """A task for a worker process, which must survive pickling."""

    def __call__(self, wire: Wire) -> None: ...


def live(task: Task, connection: Connection[Any, Any], threads: int, log_file: Path) -> None:
    """Runs a worker process: does its task, and exits with a status as the command line does.

    The reason of a failure goes to the log and, in one line, to the process that started this one.

    Args:
        task: task to do.
        connection: pipe to the process that started this one.
        threads: number of threads that torch may use.
        log_file: file for all that this process logs or prints.
    """
    # Ctrl-C goes to all processes of a terminal. The one that started this one passes it on, as
    # SIGTERM.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    come_again()
    torch.set_num_threads(threads)
    keep_freed_memory()
    wire = Wire(connection)
    try:
        _work(task, wire, log_file)
    except KeyboardInterrupt:  # perhaps while it was failing
        log.info("interrupted")
        sys.exit(INTERRUPTED)


def _work(task: Task, wire: Wire, log_file: Path) -> None:
    signal.signal(signal.SIGTERM, _interrupt)
    let_signals_through()
    try:
        _log_to(log_file)
        task(wire)
    except (InputError, WorkFailed) as error:
        _give_up(wire, error)
    except Exception as error:
        if (full := no_room(error)) is not None:
            _give_up(wire, full)
        log.exception("unexpected")
        _give_up(wire, WorkFailed(f"{type(error).__name__}: {error}"))


@one_at_a_time
def _interrupt(number: int, frame: FrameType | None) -> None:
    """Handles SIGTERM, which ends this process.

    A job's end is told to all its processes, and told again by the one that started this one.

    Raises:
        KeyboardInterrupt: while the task is done; not while the process ends.
    """
    if noticed(number, frame) and runs(_work.__code__, frame):
        raise KeyboardInterrupt


def _give_up(wire: Wire, error: InputError | WorkFailed) -> NoReturn:
    log.error("%s", error)
    wire.send("failed", error)
    sys.exit(2 if isinstance(error, InputError) else 1)


def _log_to(path: Path) -> None:
    """Sends all that this process prints or logs to a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    os.close(handle)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(VisibleFormatter(FORMAT))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
