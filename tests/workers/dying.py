"""Tasks of workers that are killed."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from hpo.workers.worker import Wire
from model.training.epoch_report import EpochReport


@dataclass(frozen=True)
class Dying:
    """Each life writes a line to `lives`, trains, and is killed, until there were enough lives.

    Attributes:
        lives: file of the lives so far.
        enough: number of lives after which it is done.
        epochs: number of new epochs in a life.
        ready: whether a life is long enough for the worker to tell that it is ready.
        by: number of the signal that kills it.
    """

    lives: Path
    enough: int
    epochs: int = 0
    ready: bool = True
    by: int = signal.SIGKILL

    def __call__(self, wire: Wire) -> None:
        with self.lives.open("a") as file:
            file.write(f"{os.getpid()}\n")
        life = len(self.lives.read_text().splitlines())
        if self.ready:
            wire.ready()
        wire.trial_started(0, 100)
        # Whoever goes on tells of the last epoch once more.
        for epoch in range((life - 1) * self.epochs, life * self.epochs + 1):
            wire.epoch_done(report(epoch))
        if life < self.enough:
            os.kill(os.getpid(), self.by)


@dataclass(frozen=True)
class Living:
    """Trains, an epoch after the other, until this file is there."""

    until: Path

    def __call__(self, wire: Wire) -> None:
        wire.ready()
        wire.trial_started(1, 100)
        deadline, epochs = time.monotonic() + 120, count()
        while not self.until.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
            wire.epoch_done(report(next(epochs)))


@dataclass(frozen=True)
class Deaf:
    """Does not end when it is told to, but by itself, after a minute.

    Attributes:
        ready: it makes this file, with its process's number in it.
    """

    ready: Path

    def __call__(self, wire: Wire) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        wire.ready()
        made = self.ready.with_suffix(".made")
        made.write_text(str(os.getpid()))
        made.rename(self.ready)
        time.sleep(60)


@dataclass(frozen=True)
class Failing:
    """Fails with this error, once this file is there."""

    error: Exception
    after: Path

    def __call__(self, wire: Wire) -> None:
        wire.ready()
        while not self.after.exists():
            time.sleep(0.05)
        raise self.error


def report(epoch: int) -> EpochReport:
    return EpochReport(epoch, 1.0, 0.5, 0.1, epoch, 0.5, 0.1, 1.0, 100.0)
