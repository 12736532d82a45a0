"""Trials' checkpoints in an artifact store, where a worker on another machine finds them too."""

from __future__ import annotations

import errno
import logging
import os
import re
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfileobj

import optuna
from optuna.artifacts import FileSystemArtifactStore
from optuna.artifacts._protocol import ArtifactStore
from optuna.artifacts.exceptions import ArtifactNotFound

from data.errors import InputError
from hpo.runtime.files import check_folder

BUCKET = re.compile(r"s3://([\w.-]+)/?")
"""Optuna's store takes a whole bucket, no folder in one."""

log = logging.getLogger(__name__)


def resolve_store(url: str) -> str:
    """What is meant by an artifact store, wherever it is read; nothing is created.

    Raises:
        InputError: there can be none.
    """
    if "://" in url:
        open_store(url)
        return url
    check_folder(Path(url))
    return str(Path(url).absolute())


def open_store(url: str) -> ArtifactStore:
    """The artifact store at a folder, or at s3://BUCKET (its credentials as boto3 finds them).

    Raises:
        InputError: there is none, or boto3 is not installed.
    """
    if bucket := BUCKET.fullmatch(url):
        from optuna.artifacts import Boto3ArtifactStore

        try:
            return Boto3ArtifactStore(bucket[1])
        except ImportError:
            raise InputError(f"{url}: needs the package boto3: pip install '.[s3]'") from None
    if "://" in url:
        raise InputError(f"{url}: no artifact store; allowed are a folder and s3://BUCKET")
    folder = Path(url)
    folder.mkdir(parents=True, exist_ok=True)
    return Folder(folder)


class Folder(FileSystemArtifactStore):
    """A store that takes a file of its own file system without copying it."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.path = path

    def move(self, name: str, file: Path) -> bool:
        """Moves a file in, in one step; False where it is on another file system and stays."""
        try:
            os.replace(file, self.path / name)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            return False
        return True


@dataclass(frozen=True)
class Checkpoints:
    """The last epoch of each unfinished trial.

    Attributes:
        store: shared by all workers, if they are to take up each other's trials.
        scratch: this worker's own folder.
    """

    store: ArtifactStore
    scratch: Path

    def file(self, trial: optuna.Trial) -> Path:
        """Where this worker's trainer keeps the trial's checkpoint."""
        return self.scratch / f"trial-{trial.number}.safetensors"

    def fetch(self, trial: optuna.Trial, epochs: int) -> None:
        """Puts the trial's last checkpoint where `file` says; where there is none, nothing.

        Args:
            trial: to be gone on with.
            epochs: that it has reported. Each was kept before, so its checkpoint is whole.
        """
        file = self.file(trial)
        file.unlink(missing_ok=True)
        if epochs == 0:
            return
        try:
            name = _name(trial, epochs - 1)
            with self.store.open_reader(name) as source, file.open("wb") as target:
                copyfileobj(source, target)
        except ArtifactNotFound:
            log.warning(
                "trial %d: its checkpoint is not in this store; it starts again", trial.number
            )

    def keep(self, trial: optuna.Trial, epoch: int) -> None:
        """Takes the file into the store; the one before stays until this one is whole.

        It may be gone from where it was: the trainer writes its next one from nothing.
        """
        file, name = self.file(trial), _name(trial, epoch)
        if isinstance(self.store, Folder) and self.store.move(name, file):
            return
        with file.open("rb") as source:
            self.store.write(name, source)

    def drop(self, trial: optuna.Trial) -> None:
        """The trial is finished."""
        self.file(trial).unlink(missing_ok=True)
        for epoch in range(2):
            try:
                self.store.remove(_name(trial, epoch))
            except ArtifactNotFound:
                pass
            except Exception as error:  # what is left there harms nobody
                log.warning("trial %d: its checkpoint stays in the store: %s", trial.number, error)


def _name(trial: optuna.Trial, epoch: int) -> str:
    return f"{trial.study.study_name}-{trial.number}-{epoch % 2}"
